// A job of a million outer steps: how long its series takes to be told.
#include <chrono>
#include <filesystem>

#include "coordinator/series/series_keeper.h"
#include "coordinator/series/series_row.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/sqlite_store.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"

namespace paceline {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int64_t kSteps = 1'000'000;

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

void Fill(Store& store, const std::string& job) {
  JobRow row;
  row.name = job;
  ASSERT_TRUE(store.AddJob(row).ok());
  StepRow step;
  step.particles.assign(8, {.sum_plus = 51.5, .sum_minus = 52.5, .trained_steps = 50});
  for (step.step = 1; step.step <= kSteps; ++step.step) {
    step.record.set_step(step.step);
    step.record.set_mean_loss(1.0 / static_cast<double>(step.step));
    step.record.set_gradient_norm(0.1);
    step.record.set_seconds(0.5);
    ASSERT_TRUE(store.CommitStep(job, step).ok());
  }
}

TEST(SeriesLongTest, AMillionOuterStepsAreToldInLessThanASecond) {
  if (std::filesystem::exists("/dev/shm")) setenv("TMPDIR", "/dev/shm", 0);
  const TemporaryFolder folder;
  const auto store = SqliteStore::Open(folder.path() + "/coordinator.db");
  ASSERT_TRUE(store.ok()) << store.status();
  const SeriesJob job{.name = "long", .born = 1, .step = kSteps};
  std::filesystem::create_directories(JobFolder(folder.path(), job.name));
  auto begin = SteadyClock::now();
  Fill(**store, job.name);
  std::printf("a store of %ld outer steps: %.1f s\n", static_cast<long>(kSteps),
              SecondsSince(begin));
  const auto new_keeper = [&] {
    return std::make_unique<SeriesKeeper>(**store, folder.path(),
                                          [] { return std::vector<SeriesJob>(); });
  };
  const SeriesQuestion question{.metrics = {*MetricOf("loss", 0), *MetricOf("gradient_norm", 0)},
                                .last = kSteps};
  auto keeper = new_keeper();
  begin = SteadyClock::now();
  const auto without = keeper->Read(job, question);
  std::printf("without a file, the first answer: %.3f s\n", SecondsSince(begin));
  ASSERT_TRUE(without.ok() && without->building);
  EXPECT_LT(SecondsSince(begin), 1);
  begin = SteadyClock::now();
  ASSERT_TRUE(keeper->Extend(job).ok());
  std::printf("the file made anew, half of it rest: %.1f s\n", SecondsSince(begin));
  keeper = new_keeper();
  for (const char* how : {"the first time in a process", "again", "again"}) {
    begin = SteadyClock::now();
    const auto answer = keeper->Read(job, question);
    const double seconds = SecondsSince(begin);
    std::printf("a million outer steps, two metrics, %s: %.3f s\n", how, seconds);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->last_step, kSteps);
    EXPECT_LE(answer->series[0].all().size(), 600u);
    EXPECT_EQ(answer->series[0].all()[0].greatest, 1);
    EXPECT_LT(seconds, 1);
  }
}

}  // namespace
}  // namespace paceline
