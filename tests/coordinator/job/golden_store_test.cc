// Stores that were written once and for all: every later build opens them and comes to the same θ.
#include <filesystem>

#include "common/base/digest.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/sqlite_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

// With what `paceline hash` printed when they were written.
struct GoldenJob {
  const char* job;
  v1::JobState state;
  int64_t step;
  const char* digest;
};
struct GoldenStore {
  std::string name;
  std::vector<GoldenJob> jobs;
};
constexpr char kGolden[] = "812fd7cf6100188ae610abaf1b9ab7f4f747f1f78cc043b118ea6c1db597b2aa";
constexpr uint64_t kInnerStepsAStep = 80;

const std::vector<GoldenStore>& GoldenStores() {
  static const auto& stores = *new std::vector<GoldenStore>{
      {"format-1.db",
       {{"golden", v1::JOB_STATE_SUCCEEDED, 20, kGolden},
        {"half", v1::JOB_STATE_PAUSED, 111,
         "8e3db7b91141ff24c4c697880b0f4da0be6336de6d661e4adaae8152ad18781f"}}},
      {"format-2.db",
       {{"golden", v1::JOB_STATE_SUCCEEDED, 20, kGolden},
        {"half", v1::JOB_STATE_PAUSED, 61,
         "65c7821b371d320cf5e952cbe8c50ee6ad50f00669e2e952b9566ab0c89db05d"}}},
  };
  return stores;
}

class GoldenStoreTest : public ::testing::TestWithParam<GoldenStore> {
 protected:
  // The file as it is kept is never opened: that would write beside it.
  void SetUp() override {
    for (const auto& file : std::filesystem::directory_iterator("tests/coordinator/store/golden")) {
      const std::string name = file.path().filename();
      if (!name.starts_with(GetParam().name)) continue;
      std::filesystem::copy_file(
          file.path(), folder_.path() + "/coordinator.db" + name.substr(GetParam().name.size()));
    }
    Open();
  }
  void Open() {
    store_.reset();
    auto store = SqliteStore::Open(folder_.path() + "/coordinator.db");
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    EXPECT_TRUE(store_->losses().empty());
  }

  TemporaryFolder folder_;
  std::unique_ptr<SqliteStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Formats, GoldenStoreTest, ::testing::ValuesIn(GoldenStores()),
                         [](const auto& store) {
                           return "Format" + store.param.name.substr(7, 1);
                         });

TEST_P(GoldenStoreTest, EveryJobIsReplayedToItsDigest) {
  const auto rows = store_->Jobs();
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), GetParam().jobs.size());
  for (size_t i = 0; i < rows->size(); ++i) {
    const JobRow& row = (*rows)[i];
    const GoldenJob& golden = GetParam().jobs[i];
    EXPECT_EQ(row.name, golden.job);
    EXPECT_EQ(row.state, golden.state);
    EXPECT_EQ(store_->Totals(row.name)->steps, golden.step);
    EXPECT_EQ(store_->Totals(row.name)->inner_steps, kInnerStepsAStep * golden.step);
    const auto theta = ReplayTheta(*store_, folder_.path(), row, golden.step, 1);
    ASSERT_TRUE(theta.ok()) << theta.status();
    EXPECT_EQ(ThetaDigest(*theta), golden.digest);
  }
}

TEST_P(GoldenStoreTest, IsOpenedAgainAndGoesOn) {
  Open();
  StepRow next = store_->Steps("half", GetParam().jobs[1].step - 1, 1)->front();
  ++next.step;
  ASSERT_TRUE(store_->CommitStep("half", next).ok());
  Open();
  EXPECT_EQ(store_->Totals("half")->steps, next.step);
  EXPECT_EQ(store_->Steps("half", 0, 1000)->back().particles, next.particles);
}

}  // namespace
}  // namespace paceline
