// Workers that come, go, and fall silent.
#include <csignal>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kNoticed{5};

TEST(MembershipTest, ADeadWorkerIsNoticedWithinFiveSeconds) {
  Cluster cluster;
  cluster.StartWorker();
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  cluster.worker(0).Signal(SIGKILL);
  EXPECT_TRUE(cluster.WaitForWorkers(1, kNoticed));
  EXPECT_THAT(cluster.WorkerNames(), ElementsAre("w1"));
}

TEST(MembershipTest, ASilentWorkerIsNoticedWithinFiveSecondsAndMayComeBack) {
  Cluster cluster;
  cluster.StartWorker();
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  const std::string job = cluster.Submit(kNresJob);
  cluster.WaitForStep(job, 5);
  // Its connections stay open, but nothing comes from it.
  cluster.worker(0).Signal(SIGSTOP);
  EXPECT_TRUE(cluster.WaitForWorkers(1, kNoticed));
  cluster.worker(0).Signal(SIGCONT);
  EXPECT_TRUE(cluster.WaitForWorkers(2));
  cluster.WaitForEnd(job);
}

TEST(MembershipTest, AWorkerMayBeStartedBeforeItsCoordinatorAndOutliveIt) {
  Cluster cluster;
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(1));
  cluster.coordinator().Signal(SIGKILL);
  cluster.coordinator().Wait();
  cluster.StartWorker();
  EXPECT_TRUE(cluster.worker(1).WaitForOutput("cannot be reached"));
  cluster.RestartCoordinator();
  EXPECT_TRUE(cluster.WaitForWorkers(2));
}

TEST(MembershipTest, BlocksStayWhereTheyAreWhenTheCoordinatorRestarts) {
  Cluster cluster;
  cluster.StartWorker();
  const std::string job = cluster.Submit(kNresJob);
  cluster.WaitForStep(job, 50);
  cluster.coordinator().Signal(SIGKILL);
  cluster.coordinator().Wait();
  cluster.RestartCoordinator();
  cluster.WaitForEnd(job);
  EXPECT_THAT(cluster.worker(0).output(), Not(HasSubstr("was re-made")));
}

TEST(MembershipTest, AnIdleWorkerLeavesAtOnceWhenTold) {
  Cluster cluster;
  cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(1));
  cluster.worker(0).Signal(SIGINT);
  EXPECT_EQ(cluster.worker(0).Wait(std::chrono::seconds(3)), 0);
  EXPECT_TRUE(cluster.WaitForWorkers(0, std::chrono::seconds(2)));
}

TEST(MembershipTest, TheCoordinatorStopsWithStatusZeroAndItsWorkersWaitForIt) {
  Cluster cluster;
  cluster.StartWorker();
  // The coordinator counts a worker a moment before that one knows.
  ASSERT_TRUE(cluster.worker(0).WaitForOutput("joined the coordinator"));
  cluster.coordinator().Signal(SIGTERM);
  EXPECT_EQ(cluster.coordinator().Wait(), 0);
  EXPECT_TRUE(cluster.worker(0).WaitForOutput("connecting again"));
  EXPECT_TRUE(cluster.worker(0).running());
}

}  // namespace
}  // namespace paceline
