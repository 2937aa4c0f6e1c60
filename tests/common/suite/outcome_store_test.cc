#include "common/suite/outcome_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/file.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OutcomeStores : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "paceline-outcome-store-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string In(const std::string& name) const { return folder_ + "/" + name; }
  std::unique_ptr<OutcomeStore> Opened(const std::string& name, const std::string& build) const {
    auto store = OutcomeStore::Open(In(name), build);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  std::string folder_;
};

v1::EvaluationUnit Unit(uint64_t steps) {
  v1::EvaluationUnit unit;
  unit.set_steps(steps);
  unit.set_runs(1);
  return unit;
}

v1::UnitOutcome Outcome(float loss) {
  v1::UnitOutcome outcome;
  outcome.add_runs()->set_training_loss(loss);
  return outcome;
}

TEST_F(OutcomeStores, KeepsByContentAndBuildOverOpenings) {
  {
    const auto store = Opened("deep/er/x.sqlite", "build");
    ASSERT_TRUE(store->Keep(Unit(10), Outcome(1.5f)).ok());
  }
  const auto store = Opened("deep/er/x.sqlite", "build");
  const auto found = store->Find(Unit(10));
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->runs(0).training_loss(), 1.5f);
  EXPECT_FALSE(*store->Find(Unit(11)));
  EXPECT_FALSE(*Opened("deep/er/x.sqlite", "another")->Find(Unit(10)));
}

TEST_F(OutcomeStores, TwoOpeningsSeeEachOther) {
  const auto one = Opened("x.sqlite", "b"), two = Opened("x.sqlite", "b");
  ASSERT_TRUE(one->Keep(Unit(1), Outcome(1)).ok());
  ASSERT_TRUE(two->Keep(Unit(2), Outcome(2)).ok());
  EXPECT_TRUE(*one->Find(Unit(2)));
  EXPECT_TRUE(*two->Find(Unit(1)));
}

TEST_F(OutcomeStores, AnOutcomeOfAnotherShapeIsNotFound) {
  const auto store = Opened("x.sqlite", "b");
  ASSERT_TRUE(store->Keep(Unit(1), {}).ok());
  EXPECT_FALSE(*store->Find(Unit(1)));
}

TEST_F(OutcomeStores, WhatIsNoStoreIsRefusedAndLeftAlone) {
  const std::string text(5000, 'x');
  std::ofstream(In("text")) << text;
  const auto opened = OutcomeStore::Open(In("text"), "b");
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kInvalidArgument) << opened.status();
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr(In("text")));
  EXPECT_EQ(*ReadFile(In("text")), text);

  std::ofstream(In("file")) << "x";
  EXPECT_FALSE(OutcomeStore::Open(In("file/x.sqlite"), "b").ok());
}

}  // namespace
}  // namespace paceline
