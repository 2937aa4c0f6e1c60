// Jobs that do not wait for all, with programs that are killed and stopped: they end, and what is
// stored makes θ.
#include <csignal>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class AggregationClusterTest : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(
    Modes, AggregationClusterTest,
    ::testing::Values("aggregation: quorum\nquorum: {blocks: 6, deadline: 5}\n",
                      "aggregation: async\nasync: {answers: 5, staleness: 3, age_decay: 0.9}\n"),
    [](const auto& mode) {
      return std::string(mode.param).find("quorum") == std::string::npos ? "async" : "quorum";
    });

TEST_P(AggregationClusterTest, EndsWithTheThetaOfItsStoredAnswersWhoeverIsKilled) {
  Cluster cluster;
  cluster.StartWorker();
  cluster.StartWorker();
  const size_t stopped = cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(3));
  const std::string job = cluster.Submit(std::string(kNresJob) + GetParam());
  cluster.WaitForStep(job, 30);
  cluster.worker(stopped).Signal(SIGSTOP);
  cluster.WaitForStep(job, 80);
  ExpectUnfinished(cluster, job);
  cluster.worker(0).Signal(SIGKILL);
  cluster.WaitForStep(job, 120);
  ExpectUnfinished(cluster, job);
  cluster.coordinator().Signal(SIGKILL);
  cluster.coordinator().Wait();
  cluster.worker(stopped).Signal(SIGCONT);
  cluster.RestartCoordinator();
  const v1::JobSummary end = cluster.WaitForEnd(job);
  EXPECT_EQ(end.state(), v1::JOB_STATE_SUCCEEDED) << end.message();
  EXPECT_EQ(end.step(), 300);
  const Finished replayed = cluster.Paceline({"replay", job});
  EXPECT_EQ(replayed.status, 0) << replayed.err;
  EXPECT_THAT(replayed.out, EndsWith(cluster.Hash(job) + "\n"));
  const Finished logs = cluster.Paceline({"logs", job, "--after-step", "299"});
  EXPECT_THAT(logs.out, HasSubstr(" answers"));
}

}  // namespace
}  // namespace paceline
