// The promise that everything is designed around: θ does not depend on who computed it, or on what
// happened on the way.
#include <csignal>
#include <map>
#include <string>

#include "common/config/optimizer.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"
#include "tests/testing/samples.h"

namespace paceline {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST(SameResultTest, WithTwoAndThreeWorkers) {
  for (const int workers : {2, 3}) {
    Cluster cluster;
    for (int i = 0; i < workers; ++i) cluster.StartWorker();
    ASSERT_TRUE(cluster.WaitForWorkers(workers));
    for (const char* yaml : {kNresJob, kMixedJob, kAugmentedJob}) {
      const std::string job = cluster.Submit(yaml);
      cluster.WaitForEnd(job);
      EXPECT_EQ(cluster.Hash(job), UndisturbedHash(yaml)) << workers << " workers, " << yaml;
    }
  }
}

// The fused tier has one fingerprint on every instruction set, the torch tier one for each.
TEST(SameResultTest, WithWorkersOfEveryInstructionSet) {
  Cluster cluster;
  for (const char* set : {"scalar", "avx2", "avx512"}) {
    cluster.StartWorker(1, {{"PACELINE_SIMD", set}, {"ATEN_CPU_CAPABILITY", "default"}});
  }
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(4));
  const std::string fused = cluster.Submit(kNresJob);
  cluster.WaitForEnd(fused);
  EXPECT_EQ(cluster.Hash(fused), UndisturbedHash(kNresJob));
  const v1::JobDetail mixed = cluster.Show(fused);
  EXPECT_THAT(mixed.events(), Not(Contains(HasSubstr("idle"))));
  const std::string torch = cluster.Submit(kTorchJob);
  cluster.WaitForEnd(torch);
  const v1::JobDetail pinned = cluster.Show(torch);
  EXPECT_THAT(pinned.events(), Contains(HasSubstr("others stay idle")));
}

// Three steps of a job of each family.
std::map<std::string, std::string> HashesOfFamilies(Cluster& cluster) {
  std::map<std::string, std::string> hashes;
  for (const auto& [name, optimizer] : FamilySamples()) {
    const std::string job = cluster.Submit(fmt::format(kFamilyJob, OptimizerJson(optimizer)));
    cluster.WaitForEnd(job);
    hashes[name] = cluster.Hash(job);
  }
  return hashes;
}

TEST(SameResultTest, OfEveryFamilyWithWorkersOfTwoInstructionSets) {
  Cluster alone, mixed;
  alone.StartWorker();
  for (const char* set : {"scalar", "avx2"}) mixed.StartWorker(1, {{"PACELINE_SIMD", set}});
  ASSERT_TRUE(mixed.WaitForWorkers(2));
  const auto hashes = HashesOfFamilies(alone);
  EXPECT_THAT(hashes, SizeIs(FamilySamples().size()));
  EXPECT_EQ(HashesOfFamilies(mixed), hashes);
}

TEST(SameResultTest, WithTwoThreadsAWorker) {
  Cluster cluster;
  cluster.StartWorker(2);
  const std::string job = cluster.Submit(kNresJob);
  cluster.WaitForEnd(job);
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(kNresJob));
  const Finished replayed = cluster.Paceline({"replay", job});
  EXPECT_EQ(replayed.status, 0) << replayed.err;
  EXPECT_THAT(replayed.out, ::testing::EndsWith(UndisturbedHash(kNresJob) + "\n"));
}

TEST(SameResultTest, WhenRunAgainByTheSameCoordinatorUnderAnotherName) {
  Cluster cluster;
  cluster.StartWorker();
  const std::string first = cluster.Submit(kPesJob);
  const std::string second = cluster.Submit(kPesJob);
  EXPECT_NE(first, second);
  cluster.WaitForEnd(second);
  EXPECT_EQ(cluster.Hash(first), UndisturbedHash(kPesJob));
  EXPECT_EQ(cluster.Hash(second), UndisturbedHash(kPesJob));
}

class WorkerDeathTest : public ::testing::TestWithParam<std::pair<const char*, int>> {};

TEST_P(WorkerDeathTest, AWorkerIsKilledAndAnotherJoins) {
  const auto [yaml, middle] = GetParam();
  Cluster cluster;
  const size_t victim = cluster.StartWorker();
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  const std::string job = cluster.Submit(yaml);
  cluster.WaitForStep(job, middle);
  cluster.worker(victim).Signal(SIGKILL);
  cluster.StartWorker();
  ExpectUnfinished(cluster, job);
  cluster.WaitForEnd(job);
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(yaml));
}

INSTANTIATE_TEST_SUITE_P(SameResult, WorkerDeathTest,
                         ::testing::Values(std::pair(kNresJob, 50), std::pair(kPesJob, 50),
                                           std::pair(kGpesJob, 50), std::pair(kTorchJob, 6),
                                           std::pair(kMixedJob, 10)));

TEST(SameResultTest, WhenTheOnlyWorkerDiesAndAllBlocksAreReMade) {
  Cluster cluster;
  cluster.StartWorker();
  const std::string job = cluster.Submit(kNresJob);
  cluster.WaitForStep(job, 50);
  cluster.worker(0).Signal(SIGKILL);
  const size_t heir = cluster.StartWorker();
  ExpectUnfinished(cluster, job);
  cluster.WaitForEnd(job);
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(kNresJob));
  EXPECT_THAT(cluster.worker(heir).output(), HasSubstr("was re-made"));
}

// Kills the coordinator whenever the job has done one of these steps.
void ExpectToSurviveCoordinators(const char* yaml, std::initializer_list<int64_t> steps) {
  Cluster cluster;
  cluster.StartWorker();
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  const std::string job = cluster.Submit(yaml);
  for (const int64_t step : steps) {
    cluster.WaitForStep(job, step);
    cluster.coordinator().Signal(SIGKILL);
    ASSERT_EQ(cluster.coordinator().Wait(), 128 + SIGKILL);
    cluster.RestartCoordinator();
    ExpectUnfinished(cluster, job);
  }
  cluster.WaitForEnd(job);
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(yaml));
}

TEST(SameResultTest, WhenTheCoordinatorIsKilledAndRestarted) {
  ExpectToSurviveCoordinators(kNresJob, {10, 150});
  ExpectToSurviveCoordinators(kMixedJob, {5, 20});
}

TEST(SameResultTest, WhenAWorkerIsToldToLeave) {
  Cluster cluster;
  const size_t leaver = cluster.StartWorker(2);
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  const std::string job = cluster.Submit(kNresJob);
  cluster.WaitForStep(job, 50);
  cluster.worker(leaver).Signal(SIGTERM);
  EXPECT_EQ(cluster.worker(leaver).Wait(), 0);
  ExpectUnfinished(cluster, job);
  cluster.WaitForEnd(job);
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(kNresJob));
  EXPECT_THAT(cluster.worker(leaver).output(), Not(HasSubstr("error")));
}

TEST(SameResultTest, WhenPausedAndResumed) {
  Cluster cluster;
  cluster.StartWorker();
  const std::string job = cluster.Submit(kPesJob);
  cluster.WaitForStep(job, 50);
  ASSERT_EQ(cluster.Paceline({"pause", job}).status, 0);
  const int64_t paused_at = cluster.Show(job).summary().step();
  ASSERT_EQ(cluster.Paceline({"resume", job}).status, 0);
  cluster.WaitForEnd(job);
  EXPECT_LT(paused_at, 300);
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(kPesJob));
}

}  // namespace
}  // namespace paceline
