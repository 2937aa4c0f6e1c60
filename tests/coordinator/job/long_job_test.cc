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

TEST(LongJobTest, StartsSoonAndStaysSmall) {
  const bool whole = std::getenv("PACELINE_LONG_TESTS") != nullptr;
  const int64_t steps = whole ? 1'000'000 : 10'000;
  // A file system in memory, if there is one: it is not the disk that is measured.
  if (fs::exists("/dev/shm")) setenv("TMPDIR", "/dev/shm", 0);
  spdlog::set_level(spdlog::level::off);
  TemporaryFolder folder;
  const std::string database = folder.path() + "/coordinator.db";
  v1::JobConfig config = ToyConfig();
  config.mutable_outer()->set_steps(static_cast<uint32_t>(steps + 10));
  config.set_checkpoint_every(50);
  // A thousand windows: a restart replays as many outer steps.
  config.mutable_episode()->mutable_constant()->set_steps(5000);
  int64_t resident = 0;
  {
    auto store = SqliteStore::Open(database);
    ASSERT_TRUE(store.ok()) << store.status();
    FakeCluster cluster(**store, folder.path());
    cluster.Start();
    cluster.Join();
    cluster.Submit(config);
    cluster.Work("toy", steps / 10);
    const int64_t before = ResidentBytes();
    cluster.Work("toy", steps - steps / 10);
    resident = ResidentBytes() - before;
  }

  const auto begin = Clock::now();
  auto store = SqliteStore::Open(database);
  ASSERT_TRUE(store.ok()) << store.status();
  const double open = SecondsSince(begin);
  FakeCluster cluster(**store, folder.path());
  cluster.Start();
  const double start = SecondsSince(begin);
  ASSERT_EQ(cluster.Summary("toy").step(), steps);
  const auto asked = Clock::now();
  ASSERT_TRUE(cluster.coordinator().Show("toy").ok());
  const double show = SecondsSince(asked);
  const auto replayed = Clock::now();
  const JobRow job = (*store)->Jobs()->front();
  const auto theta = ReplayTheta(**store, JobFolder(folder.path(), "toy"), job, steps / 2 + 1, 1);
  ASSERT_TRUE(theta.ok()) << theta.status();
  const double replay = SecondsSince(replayed);
  EXPECT_EQ((*store)->Steps("toy", steps / 2, 1)->front().theta_hash,
            ThetaHash("toy", steps / 2 + 1, *theta));
  cluster.Join();
  cluster.Work("toy");
  EXPECT_EQ(cluster.State("toy"), v1::JOB_STATE_SUCCEEDED);

  std::printf(
      "%ld outer steps: store of %.0f MB opens in %.3f s, coordinator starts in %.3f s, shows "
      "it in %.4f s, replays a θ in its middle in %.3f s; memory grew by %.1f MB, %ld files\n",
      steps, 1e-6 * static_cast<double>(fs::file_size(database)), open, start, show, replay,
      1e-6 * static_cast<double>(resident), FilesBelow(folder.path()));
  EXPECT_LT(start, 2);
  EXPECT_LT(show, 0.1);
  EXPECT_LT(replay, 2);
  EXPECT_LT(resident, 32 << 20);
  // Two a checkpoint, and a few logs.
  EXPECT_LE(FilesBelow(folder.path()), 2 * (20 + 1 + steps / 1000) + 20);
  spdlog::set_level(spdlog::level::info);
}

}  // namespace
}  // namespace paceline
