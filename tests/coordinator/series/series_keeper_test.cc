#include "coordinator/series/series_keeper.h"

#include <filesystem>

#include "coordinator/series/series_row.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/memory_store.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

class SeriesKeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    JobRow row;
    row.name = job_.name;
    ASSERT_TRUE(store_.AddJob(row).ok());
    std::filesystem::create_directories(JobFolder(folder_.path(), job_.name));
    keeper_ = NewKeeper();
  }
  std::unique_ptr<SeriesKeeper> NewKeeper() {
    return std::make_unique<SeriesKeeper>(store_, folder_.path(),
                                          [] { return std::vector<SeriesJob>(); });
  }
  void Commit(int64_t steps) {
    for (const int64_t last = job_.step + steps; job_.step < last;) {
      StepRow row;
      row.step = ++job_.step;
      row.record.set_step(job_.step);
      row.record.set_mean_loss(LossOf(job_.step));
      ASSERT_TRUE(store_.CommitStep(job_.name, row).ok());
    }
  }
  static double LossOf(int64_t step) { return static_cast<double>((step * 37) % 101); }
  SeriesAnswer Read(int64_t first, int64_t last, int64_t points) {
    auto answer = keeper_->Read(
        job_, {.metrics = {*MetricOf("loss", 0)}, .first = first, .last = last, .points = points});
    EXPECT_TRUE(answer.ok()) << answer.status();
    return *std::move(answer);
  }
  // Against the plain way.
  void ExpectRight(const SeriesAnswer& answer, int64_t first, int64_t last) {
    Buckets plain(answer.bucket_steps);
    for (int64_t step = first; step <= last; ++step)
      plain.Add(step, static_cast<float>(LossOf(step)));
    const auto own = answer.series[0].all();
    ASSERT_EQ(own.size(), plain.all().size());
    for (size_t i = 0; i < own.size(); ++i) {
      EXPECT_EQ(own[i].step, plain.all()[i].step);
      EXPECT_EQ(own[i].least, plain.all()[i].least);
      EXPECT_EQ(own[i].greatest, plain.all()[i].greatest);
      EXPECT_EQ(own[i].mean(), plain.all()[i].mean());
    }
  }
  std::string File() const { return JobFolder(folder_.path(), job_.name) + "/series.bin"; }

  TemporaryFolder folder_;
  MemoryStore store_;
  SeriesJob job_{.name = "j", .born = 1};
  std::unique_ptr<SeriesKeeper> keeper_;
};

TEST_F(SeriesKeeperTest, FileAndStoreTogetherAreTheWholeSeries) {
  Commit(1000);
  ASSERT_TRUE(keeper_->Extend(job_).ok());
  Commit(77);
  for (const auto& [first, last] : {std::pair{1, 1077}, {1000, 1001}, {1001, 1077}, {5, 400}}) {
    for (const int64_t points : {1, 7, 600}) {
      const SeriesAnswer answer = Read(first, last, points);
      EXPECT_EQ(answer.last_step, last);
      EXPECT_FALSE(answer.building);
      ExpectRight(answer, first, last);
    }
  }
}

TEST_F(SeriesKeeperTest, QuestionsOfNothingAreAnsweredWithNothing) {
  EXPECT_TRUE(Read(1, 0, 600).series[0].all().empty());
  Commit(5);
  EXPECT_TRUE(Read(6, 100, 600).series[0].all().empty());
  EXPECT_TRUE(Read(4, 2, 600).series[0].all().empty());
}

TEST_F(SeriesKeeperTest, ItIsACache) {
  Commit(500);
  ASSERT_TRUE(keeper_->Extend(job_).ok());
  EXPECT_TRUE(std::filesystem::exists(File()));
  std::filesystem::remove(File());
  ExpectRight(Read(1, 500, 50), 1, 500);
  keeper_ = NewKeeper();
  ExpectRight(Read(1, 500, 50), 1, 500);
  ASSERT_TRUE(keeper_->Extend(job_).ok());
  keeper_ = NewKeeper();
  ExpectRight(Read(1, 500, 50), 1, 500);
}

TEST_F(SeriesKeeperTest, AJobOfTheSameNameHasNothingOfTheOldOne) {
  Commit(300);
  ASSERT_TRUE(keeper_->Extend(job_).ok());
  ASSERT_TRUE(store_.DeleteJob(job_.name).ok());
  job_ = {.name = job_.name, .born = 2};
  JobRow row;
  row.name = job_.name;
  ASSERT_TRUE(store_.AddJob(row).ok());
  Commit(20);
  ExpectRight(Read(1, 300, 600), 1, 20);
}

TEST_F(SeriesKeeperTest, WhatIsAskedForIsFollowedByItself) {
  Commit(2000);
  Read(1, 2000, 10);
  EXPECT_TRUE(WaitUntil([&] {
    std::error_code error;
    return std::filesystem::file_size(File(), error) ==
           32 + 2000 * sizeof(float) * (MetricsOf(0) + 1);
  }));
}

}  // namespace
}  // namespace paceline
