// Blocks that move by snapshots, and workers that are told to leave: the same bits, little or
// nothing run again.
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

// Inner steps of one window of a block of kLongEpisodesJob.
constexpr uint64_t kWindowInnerSteps = 5 * 2 * 2;
constexpr int kEvery = 4;
// What the coordinator says of a job whose answers came once each, whoever was asked a second time
// because a machine was slow.
constexpr char kAllAnswersOnce[] =
    "1200 answers taken, [0-9]+ confirmed; 0 repeated, [0-9]+ late, 0 contradicting and 0 "
    "impossible";

class SnapshotTest : public ::testing::Test {
 protected:
  size_t StartWorker(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--snapshots", folder_.path(), "--snapshot-every",
                                          std::to_string(kEvery)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return cluster_.StartWorker(1, {}, arguments);
  }
  std::vector<fs::path> Files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }
  // Of each block that the worker had to re-make, by its log.
  std::vector<uint64_t> ReplayedSteps(size_t worker) {
    const std::string log = cluster_.worker(worker).output();
    const std::regex line("was re-made: ([0-9]+) inner steps");
    std::vector<uint64_t> steps;
    for (std::sregex_iterator it(log.begin(), log.end(), line), end; it != end; ++it) {
      steps.push_back(std::stoull((*it)[1]));
    }
    return steps;
  }
  // Kills the only worker in the middle; what `meanwhile` does happens before another starts. The
  // other's index.
  size_t Bequeath(
      const std::string& yaml, int64_t step, int signal,
      const std::function<void()>& meanwhile = [] {}) {
    const size_t first = StartWorker();
    const std::string job = cluster_.Submit(yaml);
    cluster_.WaitForStep(job, step);
    cluster_.worker(first).Signal(signal);
    EXPECT_EQ(cluster_.worker(first).Wait(), signal == SIGKILL ? 128 + SIGKILL : 0);
    ExpectUnfinished(cluster_, job);
    meanwhile();
    const size_t heir = StartWorker();
    cluster_.WaitForEnd(job);
    EXPECT_EQ(cluster_.Hash(job), UndisturbedHash(yaml));
    return heir;
  }

  Cluster cluster_;
  TemporaryFolder folder_;
};

TEST_F(SnapshotTest, AfterAKillAtMostTheWindowsBetweenTwoSnapshotsAreRunAgain) {
  const size_t heir = Bequeath(kLongEpisodesJob, 150, SIGKILL);
  EXPECT_THAT(ReplayedSteps(heir), Each(Le(kEvery * kWindowInnerSteps)));
  EXPECT_THAT(cluster_.worker(heir).output(), HasSubstr("goes on from snapshot"));
  EXPECT_THAT(Files(), IsEmpty()) << "the job is over";
}

TEST_F(SnapshotTest, AfterAWorkerThatWasToldToLeaveNothingIsRunAgain) {
  const size_t heir = Bequeath(kLongEpisodesJob, 150, SIGTERM);
  EXPECT_THAT(ReplayedSteps(heir), IsEmpty());
  EXPECT_THAT(cluster_.coordinator().output(), ContainsRegex(kAllAnswersOnce));
}

// Both at once, one after the other, until the job is done.
TEST_F(SnapshotTest, ManyWorkersThatAreToldToLeaveCostNothing) {
  StartWorker();
  StartWorker();
  ASSERT_TRUE(cluster_.WaitForWorkers(2));
  const std::string job = cluster_.Submit(kLongEpisodesJob);
  for (size_t leaver = 0; leaver < 6; ++leaver) {
    cluster_.WaitForStep(job, 40 * (static_cast<int64_t>(leaver) + 1));
    cluster_.worker(leaver).Signal(SIGTERM);
    EXPECT_EQ(cluster_.worker(leaver).Wait(), 0);
    StartWorker();
  }
  ExpectUnfinished(cluster_, job);
  cluster_.WaitForEnd(job);
  EXPECT_EQ(cluster_.Hash(job), UndisturbedHash(kLongEpisodesJob));
  EXPECT_THAT(cluster_.coordinator().output(), ContainsRegex(kAllAnswersOnce));
  for (size_t worker = 0; worker < 8; ++worker) {
    EXPECT_THAT(ReplayedSteps(worker), Each(Le(kEvery * kWindowInnerSteps))) << worker;
  }
}

// Kills and leavings at random, of three workers at a time.
TEST_F(SnapshotTest, WhoeverGoesAndHoweverOften) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::vector<size_t> alive;
  for (int i = 0; i < 3; ++i) alive.push_back(StartWorker());
  ASSERT_TRUE(cluster_.WaitForWorkers(3));
  const std::string job = cluster_.Submit(kLongEpisodesJob);
  int64_t step = 0;
  size_t gone = 0;
  for (; gone < 12 && step < 270; ++gone) {
    step = cluster_.WaitForStep(job, step + 1 + static_cast<int64_t>(random() % 10));
    std::swap(alive[random() % alive.size()], alive.back());
    Process& victim = cluster_.worker(alive.back());
    // Before, it does not know how to leave.
    ASSERT_TRUE(victim.WaitForOutput("joined the coordinator"));
    const bool killed = random() % 3 > 0;
    victim.Signal(killed ? SIGKILL : SIGTERM);
    EXPECT_EQ(victim.Wait(), killed ? 128 + SIGKILL : 0);
    alive.back() = StartWorker();
  }
  EXPECT_GE(gone, 3u);
  cluster_.WaitForEnd(job);
  EXPECT_EQ(cluster_.Hash(job), UndisturbedHash(kLongEpisodesJob));
  EXPECT_THAT(cluster_.coordinator().output(), ContainsRegex(kAllAnswersOnce));
  for (size_t worker = 0; worker < 3 + gone; ++worker) {
    EXPECT_THAT(ReplayedSteps(worker), Each(Le(kEvery * kWindowInnerSteps))) << worker;
  }
}

TEST_F(SnapshotTest, EveryKindOfStateMoves) {
  for (const auto& [yaml, step] :
       {std::pair(kGpesJob, 50), std::pair(kTorchJob, 8), std::pair(kMixedJob, 12)}) {
    SCOPED_TRACE(yaml);
    const size_t heir = Bequeath(yaml, step, SIGTERM);
    EXPECT_THAT(ReplayedSteps(heir), IsEmpty());
    EXPECT_THAT(cluster_.worker(heir).output(), HasSubstr("goes on from snapshot"));
    cluster_.worker(heir).Signal(SIGKILL);
    ASSERT_TRUE(cluster_.WaitForWorkers(0));
  }
}

TEST_F(SnapshotTest, DamagedOnesAreRefusedAndReplayIsUsed) {
  int number = 0;
  const auto damage = [&] {
    ASSERT_THAT(Files(), Not(IsEmpty()));
    for (const fs::path& file : Files()) {
      if (++number % 2 == 0) {
        fs::resize_file(file, fs::file_size(file) * 2 / 3);
        continue;
      }
      std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
      bytes.put('\x5a');
    }
  };
  const size_t heir = Bequeath(kLongEpisodesJob, 150, SIGKILL, damage);
  EXPECT_THAT(cluster_.worker(heir).output(), HasSubstr("is not used: it is damaged"));
  EXPECT_THAT(ReplayedSteps(heir), Not(IsEmpty()));
}

TEST_F(SnapshotTest, WithoutAFolderThatCanBeWrittenAWorkerGoesOn) {
  const std::string path = folder_.path() + "/file";
  std::ofstream(path) << "no folder";
  const size_t worker = cluster_.StartWorker(1, {}, {"--snapshots", path, "--snapshot-every", "1"});
  const std::string job = cluster_.Submit(kLongEpisodesJob);
  cluster_.WaitForEnd(job);
  EXPECT_EQ(cluster_.Hash(job), UndisturbedHash(kLongEpisodesJob));
  const std::string log = cluster_.worker(worker).output();
  EXPECT_THAT(log, HasSubstr("no snapshots can be written"));
  EXPECT_EQ(log.find("no snapshots"), log.rfind("no snapshots")) << log;
}

class GraceTest : public ::testing::Test {
 protected:
  // A worker that is in the middle of a window of minutes.
  size_t StartWorker(const std::string& grace) {
    const size_t worker = cluster_.StartWorker(1, {}, {"--grace", grace});
    const std::string job = cluster_.Submit(kLongWindowJob);
    // Joining and reading data takes a fraction of that.
    EXPECT_TRUE(WaitUntil([&] { return ProcessorSeconds(worker) > 1.5; }));
    return worker;
  }
  double ProcessorSeconds(size_t worker) {
    std::ifstream stat("/proc/" + std::to_string(cluster_.worker(worker).pid()) + "/stat");
    std::string field;
    for (int i = 0; i < 13; ++i) stat >> field;
    double user = 0, system = 0;
    stat >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  Cluster cluster_;
};

TEST_F(GraceTest, WhatIsNotFinishedWithinTheGraceTimeIsLeftToOthers) {
  const size_t worker = StartWorker("1");
  cluster_.worker(worker).Signal(SIGTERM);
  EXPECT_EQ(cluster_.worker(worker).Wait(std::chrono::seconds(20)), 0);
  EXPECT_THAT(cluster_.worker(worker).output(), HasSubstr("left after the grace time of 1 s"));
  EXPECT_THAT(
      cluster_.coordinator().output(),
      HasSubstr("it leaves: told to stop, and its grace time is over; 1 blocks go to others"));
}

TEST_F(GraceTest, ACoordinatorThatDoesNotAnswerKeepsNoWorker) {
  const size_t worker = StartWorker("1");
  cluster_.coordinator().Signal(SIGSTOP);
  cluster_.worker(worker).Signal(SIGTERM);
  EXPECT_EQ(cluster_.worker(worker).Wait(std::chrono::seconds(20)), 0);
  cluster_.coordinator().Signal(SIGCONT);
}

TEST_F(GraceTest, ASecondSignalEndsAWorkerAtOnce) {
  const size_t worker = StartWorker("600");
  cluster_.worker(worker).Signal(SIGTERM);
  ASSERT_TRUE(cluster_.worker(worker).WaitForOutput("finishing the windows in progress"));
  cluster_.worker(worker).Signal(SIGTERM);
  EXPECT_EQ(cluster_.worker(worker).Wait(std::chrono::seconds(20)), 128 + SIGTERM);
}

}  // namespace
}  // namespace paceline
