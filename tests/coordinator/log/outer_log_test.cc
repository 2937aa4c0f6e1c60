#include "coordinator/log/outer_log.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "coordinator/log/record_json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/fake_clock.h"

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

int CountOf(const std::string& text, const std::string& word) {
  int count = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

class OuterLogTest : public testing::Test {
 protected:
  OuterLogTest() : folder_(testing::TempDir() + "outer_log_" + Name()) {
    std::filesystem::remove_all(folder_);
  }
  ~OuterLogTest() override { std::filesystem::remove_all(folder_); }

  static std::string Name() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  static v1::OuterStepRecord Record(int64_t step, double loss = 2.0) {
    v1::OuterStepRecord record;
    record.set_step(step);
    record.set_mean_loss(loss);
    record.set_loss_spread(0.5);
    record.set_inner_steps(6400);
    record.set_seconds(0.5);
    return record;
  }
  std::unique_ptr<OuterLog> OpenAt(int64_t committed) {
    auto log = OuterLog::Open(folder_, "demo", committed, clock_);
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }
  void WriteSteps(int64_t first, int64_t last, double loss = 2.0) {
    auto log = OpenAt(first - 1);
    for (int64_t step = first; step <= last; ++step) {
      ASSERT_TRUE(log->Append(Record(step, loss)).ok());
    }
  }
  std::string path() const { return folder_ + "/log.jsonl"; }
  std::vector<nlohmann::json> Lines() const {
    std::vector<nlohmann::json> lines;
    std::ifstream file(path());
    for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
  std::vector<int64_t> Steps() const {
    std::vector<int64_t> steps;
    for (const auto& line : Lines()) steps.push_back(line["step"]);
    return steps;
  }

  const FakeClock clock_;
  const std::string folder_;
};

TEST_F(OuterLogTest, EachOuterStepIsOneJsonLine) {
  WriteSteps(1, 3, 1.25);
  EXPECT_THAT(Steps(), ElementsAre(1, 2, 3));
  EXPECT_EQ(Lines()[0]["mean_loss"], 1.25);
  EXPECT_EQ(Lines()[0]["inner_steps"], 6400);
}

TEST_F(OuterLogTest, ARestartContinuesAfterTheLastCommittedStep) {
  WriteSteps(1, 3);
  WriteSteps(4, 5);
  EXPECT_THAT(Steps(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(OuterLogTest, RecordsOfUncommittedStepsAreCutOff) {
  WriteSteps(1, 5, 2.0);
  WriteSteps(4, 4, 7.0);
  EXPECT_THAT(Steps(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(Lines()[3]["mean_loss"], 7.0);
}

TEST_F(OuterLogTest, ATornLastLineIsCutOff) {
  WriteSteps(1, 3);
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 9);
  EXPECT_EQ(OpenAt(3)->last_step(), 2);
  EXPECT_THAT(Steps(), ElementsAre(1, 2));
}

TEST_F(OuterLogTest, WhatFollowsADamagedLineIsCutOff) {
  WriteSteps(1, 2);
  std::ofstream(path(), std::ios::app) << "{\"step\": [3]}\n"
                                       << RecordJson(Record(4)).dump() << "\n";
  EXPECT_EQ(OpenAt(9)->last_step(), 2);
  EXPECT_THAT(Steps(), ElementsAre(1, 2));
}

TEST_F(OuterLogTest, OfALongLogTheEndIsLookedAt) {
  constexpr int64_t kScanned = 1000;
  const auto last_step = [this](int64_t committed) {
    return (*OuterLog::Open(folder_, "demo", committed, clock_, kScanned))->last_step();
  };
  WriteSteps(1, 100);
  ASSERT_GT(std::filesystem::file_size(path()), 20u * kScanned);
  EXPECT_EQ(last_step(100), 100);
  EXPECT_EQ(last_step(99), 99);
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) - 9);
  EXPECT_EQ(last_step(100), 98);
  EXPECT_EQ(last_step(3), 3) << "none of the lines at the end stays";
  EXPECT_THAT(Steps(), ElementsAre(1, 2, 3));
}

TEST_F(OuterLogTest, ReplayedRecordsAreNotWrittenTwice) {
  WriteSteps(1, 3);
  auto log = OpenAt(5);
  for (int64_t step = 1; step <= 5; ++step) ASSERT_TRUE(log->Append(Record(step)).ok());
  EXPECT_THAT(Steps(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(OuterLogTest, NumbersThatJsonLacksAreStrings) {
  v1::OuterStepRecord record = Record(1, std::numeric_limits<double>::quiet_NaN());
  record.set_gradient_norm(std::numeric_limits<double>::infinity());
  record.set_update_norm(-std::numeric_limits<double>::infinity());
  ASSERT_TRUE(OpenAt(0)->Append(record).ok());
  EXPECT_EQ(Lines()[0]["mean_loss"], "nan");
  EXPECT_EQ(Lines()[0]["gradient_norm"], "inf");
  EXPECT_EQ(Lines()[0]["update_norm"], "-inf");
}

TEST_F(OuterLogTest, AStepWithoutALossHasNullAndNoNumberElsewhere) {
  v1::OuterStepRecord record = Record(1);
  record.clear_mean_loss();
  record.clear_loss_spread();
  auto log = OpenAt(0);
  ASSERT_TRUE(log->Append(record).ok());
  ASSERT_TRUE(log->Append(Record(2, 0)).ok());
  EXPECT_EQ(Lines()[0]["mean_loss"], nullptr);
  EXPECT_EQ(Lines()[0]["loss_spread"], nullptr);
  EXPECT_EQ(Lines()[1]["mean_loss"], 0.0);
  std::string events;
  for (const auto& file : std::filesystem::directory_iterator(folder_ + "/tensorboard")) {
    events += ReadFile(file.path()).value();
  }
  EXPECT_EQ(CountOf(events, "outer/mean_loss"), 1);
  EXPECT_EQ(CountOf(events, "outer/loss_spread"), 1);
  EXPECT_EQ(CountOf(events, "outer/gradient_norm"), 2);
}

TEST_F(OuterLogTest, ALossOfEachTaskIsNamedByItsPlace) {
  v1::OuterStepRecord record = Record(1);
  for (const int task : {0, 2}) {
    record.add_task_losses()->set_task(task);
    record.mutable_task_losses()->rbegin()->set_mean_loss(1.5 + task);
  }
  auto log = OpenAt(0);
  ASSERT_TRUE(log->Append(record).ok());
  ASSERT_TRUE(log->Append(Record(2)).ok());
  EXPECT_EQ(Lines()[0]["task_losses"].dump(), R"({"0":1.5,"2":3.5})");
  EXPECT_FALSE(Lines()[1].contains("task_losses"));
  std::string events;
  for (const auto& file : std::filesystem::directory_iterator(folder_ + "/tensorboard")) {
    events += ReadFile(file.path()).value();
  }
  EXPECT_EQ(CountOf(events, "outer/task_loss/2"), 1);
  EXPECT_EQ(CountOf(events, "outer/task_loss/1"), 0);
}

TEST_F(OuterLogTest, WhatWasRunAgainIsToldOfStepsThatHadIt) {
  v1::OuterStepRecord record = Record(1);
  record.set_replayed_inner_steps(1580);
  auto log = OpenAt(0);
  ASSERT_TRUE(log->Append(record).ok());
  ASSERT_TRUE(log->Append(Record(2)).ok());
  EXPECT_EQ(Lines()[0]["replayed_inner_steps"], 1580);
  EXPECT_FALSE(Lines()[1].contains("replayed_inner_steps"));
}

TEST_F(OuterLogTest, AFolderThatCannotBeMadeIsAnErrorThatNamesIt) {
  std::ofstream(folder_) << "a file is in the way";
  const auto log = OuterLog::Open(folder_, "demo", 0, clock_);
  ASSERT_FALSE(log.ok());
  EXPECT_THAT(std::string(log.status().message()), HasSubstr(folder_));
}

}  // namespace
}  // namespace paceline
