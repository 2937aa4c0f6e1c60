#include "coordinator/job/numbers.h"

#include "coordinator/job/coordinator.h"
#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Pair;

class NumbersTest : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.Start(); }
  CoordinatorNumbers Numbers() { return cluster_.coordinator().Numbers(); }

  TemporaryFolder folder_;
  MemoryStore store_;
  FakeCluster cluster_{store_, folder_.path()};
};

TEST_F(NumbersTest, OfAnEmptyCoordinatorAllIsZero) {
  const CoordinatorNumbers numbers = Numbers();
  EXPECT_EQ(numbers.counts.outer_steps, 0u);
  EXPECT_FALSE(numbers.at_work.has_value());
  EXPECT_TRUE(numbers.jobs.empty());
  EXPECT_TRUE(numbers.workers.by_state.empty());
}

TEST_F(NumbersTest, OuterStepsAreCountedWithAllThatIsInThem) {
  cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 5);
  const CoordinatorNumbers numbers = Numbers();
  const CoordinatorCounts& counts = numbers.counts;
  EXPECT_EQ(counts.outer_steps, 5u);
  EXPECT_EQ(counts.inner_steps, cluster_.coordinator().Show("toy")->inner_steps());
  EXPECT_EQ(counts.outer_step_seconds.count(), 5u);
  EXPECT_EQ(counts.commit_seconds.count(), 5u);
  EXPECT_EQ(counts.answers.at(Verdict::kAccepted), 20u) << "four blocks";
  EXPECT_EQ(counts.answer_ages.counts().front(), 20u) << "all of age 0";
  ASSERT_TRUE(numbers.at_work.has_value());
  EXPECT_EQ(numbers.at_work->job, "toy");
  EXPECT_EQ(numbers.at_work->newest->step(), 5);
  EXPECT_EQ(numbers.at_work->blocks, 4u);
  EXPECT_EQ(numbers.at_work->blocks_without_owner, 0u);
  EXPECT_GT(numbers.at_work->theta_norm, 0);
  EXPECT_EQ(cluster_.coordinator().ListWorkers().workers(0).answers(), 20u);
}

TEST_F(NumbersTest, CountsOutliveJobsAndOnlyRise) {
  cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy");
  const uint64_t inner_steps = Numbers().counts.inner_steps;
  ASSERT_TRUE(cluster_.coordinator().Delete("toy").ok());
  EXPECT_EQ(Numbers().counts.inner_steps, inner_steps);
  EXPECT_FALSE(Numbers().at_work.has_value());
}

TEST_F(NumbersTest, ADeletedJobsRefusalsStayCounted) {
  const WorkerId liar = cluster_.Join("liar");
  cluster_.Submit(ToyConfig());
  v1::WindowResult lie = cluster_.worker(liar).Answers(cluster_.coordinator()).front();
  lie.set_step(lie.step() + 1);
  cluster_.Say(liar, lie);
  EXPECT_EQ(Numbers().refusals.of(Refusal::kFutureStep), 1u);
  ASSERT_TRUE(cluster_.coordinator().Cancel("toy").ok());
  ASSERT_TRUE(cluster_.coordinator().Delete("toy").ok());
  EXPECT_EQ(Numbers().refusals.of(Refusal::kFutureStep), 1u);
}

TEST_F(NumbersTest, WorkersAreToldApartByWhatTheyDoForTheJob) {
  cluster_.Join("first", "cpu");
  EXPECT_THAT(Numbers().workers.by_state, ElementsAre(Pair(WorkerState::kIdle, 1)))
      << "there is no job";
  cluster_.Submit(ToyConfig());
  cluster_.Join("other", "gpu");
  EXPECT_THAT(Numbers().workers.by_state,
              ElementsAre(Pair(WorkerState::kWorking, 1), Pair(WorkerState::kMismatched, 1)));
  EXPECT_EQ(Numbers().counts.workers_joined, 2u);
  cluster_.Work("toy", 1);
  cluster_.Lose(cluster_.ids().front());
  EXPECT_EQ(Numbers().counts.workers_lost, 1u);
  EXPECT_EQ(Numbers().at_work->blocks_without_owner, 4u);
}

TEST_F(NumbersTest, TheOuterStepAtHandGrowsOlderWhileTheJobRuns) {
  cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 2);
  cluster_.clock().Advance(seconds(90));
  EXPECT_EQ(Numbers().at_work->step_age_seconds, 90);
  EXPECT_EQ(Numbers().workers.longest_silence_seconds, 90);
  ASSERT_TRUE(cluster_.coordinator().Pause("toy").ok());
  EXPECT_FALSE(Numbers().at_work->runs);
  EXPECT_EQ(Numbers().at_work->step_age_seconds, 0);
}

TEST_F(NumbersTest, FewJobsAreToldOneByOne) {
  cluster_.Submit(ToyConfig("first"));
  for (int i = 0; i < 70; ++i) cluster_.Submit(ToyConfig());
  ASSERT_TRUE(cluster_.coordinator().Cancel("toy-70").ok());
  const CoordinatorNumbers numbers = Numbers();
  EXPECT_EQ(numbers.jobs.size(), CoordinatorNumbers::kMostJobs);
  EXPECT_EQ(numbers.jobs.front().job, "first") << "the one at work";
  EXPECT_EQ(numbers.jobs_left_out, 20) << "but not the one that has ended";
  EXPECT_EQ(numbers.jobs_by_state.at(v1::JOB_STATE_CANCELLED), 1);
}

TEST_F(NumbersTest, FewVersionsAreToldApart) {
  for (int i = 0; i < 30; ++i) {
    v1::Hello hello;
    hello.set_protocol(5);
    hello.set_threads(1);
    hello.set_version("paceline-worker 1." + std::to_string(i));
    hello.set_device(i < 10 ? "NVIDIA H200" : "");
    v1::TierFingerprint& own = *hello.add_fingerprints();
    own.set_tier(v1::ENGINE_REFERENCE);
    own.set_fingerprint("cpu");
    ASSERT_TRUE(cluster_.coordinator().Join(hello, "peer", std::make_shared<FakeWorker>()).ok());
  }
  const WorkersNumbers workers = Numbers().workers;
  EXPECT_EQ(workers.by_version.size(), WorkersNumbers::kMostVersions + 1);
  EXPECT_EQ(workers.by_version.at("other"), 20);
  EXPECT_THAT(workers.by_device, ElementsAre(Pair("cuda", 10), Pair("unknown", 20)));
}

TEST_F(NumbersTest, AHeartbeatsMemoryIsKeptUntilTheNext) {
  const WorkerId id = cluster_.Join();
  const auto beat = [&](uint64_t bytes) {
    v1::WorkerMessage message;
    message.mutable_heartbeat()->set_resident_bytes(bytes);
    cluster_.coordinator().Receive(id, std::move(message));
  };
  beat(5000);
  beat(0);
  EXPECT_EQ(Numbers().workers.resident_bytes, 5000u) << "0 tells nothing";
  beat(7000);
  EXPECT_EQ(cluster_.coordinator().ListWorkers().workers(0).resident_bytes(), 7000u);
}

}  // namespace
}  // namespace paceline
