// A job of a million outer steps: how long the coordinator takes to start on it, and what it leaves
// behind. The label `long` keeps it out of the usual run; a hundredth of it is run always.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/base/digest.h"
#include "coordinator/job/replay.h"
#include "coordinator/store/data_folder.h"
#include "coordinator/store/sqlite_store.h"
#include "gtest/gtest.h"
#include "spdlog/spdlog.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

int64_t FilesBelow(const std::string& folder) {
  int64_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    files += entry.is_regular_file();
  return files;
}

class LongJobTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    spdlog::set_level(spdlog::level::off);
    // A file system in memory, if there is one: it is not the disk that is measured.
    if (fs::exists("/dev/shm")) setenv("TMPDIR", "/dev/shm", 0);
  }
  static void TearDownTestSuite() { spdlog::set_level(spdlog::level::info); }

  void SetUp() override {
    config_.mutable_outer()->set_steps(static_cast<uint32_t>(steps_ + 10));
    config_.set_checkpoint_every(50);
    // A thousand windows: a restart replays as many outer steps.
    config_.mutable_episode()->mutable_constant()->set_steps(5000);
    auto store = SqliteStore::Open(database_);
    ASSERT_TRUE(store.ok()) << store.status();
    FakeCluster cluster(**store, folder_.path());
    cluster.Start();
    cluster.Join();
    cluster.Submit(config_);
    cluster.Work("toy", steps_ / 10);
    const int64_t before = ResidentBytes();
    cluster.Work("toy", steps_ - steps_ / 10);
    grown_bytes_ = ResidentBytes() - before;
  }
  // Of θ in the job's middle, which is compared with what was stored.
  double ReplaySeconds(Store& store) {
    const auto begin = Clock::now();
    const JobRow job = store.Jobs()->front();
    const int64_t step = steps_ / 2 + 1;
    const auto theta = ReplayTheta(store, JobFolder(folder_.path(), "toy"), job, step, 1);
    EXPECT_TRUE(theta.ok()) << theta.status();
    const double seconds = SecondsSince(begin);
    EXPECT_EQ(store.Steps("toy", step - 1, 1)->front().theta_hash, ThetaHash("toy", step, *theta));
    return seconds;
  }

  const int64_t steps_ = std::getenv("PACELINE_LONG_TESTS") ? 1'000'000 : 10'000;
  v1::JobConfig config_ = ToyConfig();
  TemporaryFolder folder_;
  const std::string database_ = folder_.path() + "/coordinator.db";
  int64_t grown_bytes_ = 0;
};

TEST_F(LongJobTest, StartsSoonAndStaysSmall) {
  const auto begin = Clock::now();
  auto store = SqliteStore::Open(database_);
  ASSERT_TRUE(store.ok()) << store.status();
  const double open = SecondsSince(begin);
  FakeCluster cluster(**store, folder_.path());
  cluster.Start();
  const double start = SecondsSince(begin);
  ASSERT_EQ(cluster.Summary("toy").step(), steps_);
  const auto asked = Clock::now();
  ASSERT_TRUE(cluster.coordinator().Show("toy").ok());
  const double show = SecondsSince(asked);
  const double replay = ReplaySeconds(**store);
  cluster.Join();
  cluster.Work("toy");
  EXPECT_EQ(cluster.State("toy"), v1::JOB_STATE_SUCCEEDED);

  const int64_t files = FilesBelow(folder_.path());
  std::printf(
      "%ld outer steps: store of %.0f MB opens in %.3f s, coordinator starts in %.3f s, shows "
      "it in %.4f s, replays a θ in its middle in %.3f s; memory grew by %.1f MB, %ld files\n",
      steps_, 1e-6 * static_cast<double>(fs::file_size(database_)), open, start, show, replay,
      1e-6 * static_cast<double>(grown_bytes_), files);
  EXPECT_LT(start, 2);
  EXPECT_LT(show, 0.1);
  EXPECT_LT(replay, 2);
  EXPECT_LT(grown_bytes_, 32 << 20);
  // Two a checkpoint, and a few logs.
  EXPECT_LE(files, 2 * (20 + 1 + steps_ / 1000) + 20);
}

}  // namespace
}  // namespace paceline
