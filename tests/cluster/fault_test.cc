// Real programs that stop, and real connections that lie: the job goes on and θ is the same.
#include <csignal>
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cluster/cluster.h"
#include "tests/cluster/hostile_worker.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Long enough to be disturbed for some seconds.
const std::string& Job() {
  static const std::string yaml = [] {
    std::string text = kNresJob;
    const std::string steps = "steps: 300";
    return text.replace(text.find(steps), steps.size(), "steps: 1200");
  }();
  return yaml;
}

// Without data, so that a worker in the test's process can take part in it.
constexpr char kNoDataJob[] = R"(
name: no-data
seed: 17
optimizer: {mlp_lopt: {hidden: 8}}
tasks: [{quadratic: {dimension: 500, kind: target}}]
episode: {constant: {steps: 50}}
estimator: {pes: {window: 5, sigma: 0.01}, particles: 16, block: 2}
outer: {steps: 1500, optimizer: {sgd: {learning_rate: 0.1}}}
)";

void ExpectUndisturbed(Cluster& cluster, const std::string& job) {
  cluster.WaitForEnd(job);
  EXPECT_EQ(cluster.Hash(job), UndisturbedHash(Job()));
}

TEST(ClusterFaultTest, AStoppedWorkerIsDoneWithoutAndComesBack) {
  Cluster cluster;
  for (int i = 0; i < 2; ++i) cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  const std::string job = cluster.Submit(Job());
  const int64_t reached = cluster.WaitForStep(job, 50);
  cluster.worker(0).Signal(SIGSTOP);
  const auto stopped = std::chrono::steady_clock::now();
  cluster.WaitForStep(job, reached + 20);
  EXPECT_LT(std::chrono::steady_clock::now() - stopped, milliseconds(3500))
      << "the job went on only when the worker was given up as dead";
  // Three leases of the shortest kind.
  WaitUntil([&] { return std::chrono::steady_clock::now() - stopped > milliseconds(3100); });
  cluster.worker(0).Signal(SIGCONT);
  ExpectUndisturbed(cluster, job);
  const v1::JobDetail detail = cluster.Show(job);
  EXPECT_THAT(detail.events(), Contains(HasSubstr("is late")));
  EXPECT_THAT(detail.events(), Not(Contains(AnyOf(HasSubstr("quarantined"), HasSubstr("differ")))));
}

TEST(ClusterFaultTest, AuditsOfEveryAnswerLeaveTheResultAsItIs) {
  Cluster cluster({"--audit-rate", "1"});
  for (int i = 0; i < 2; ++i) cluster.StartWorker();
  ASSERT_TRUE(cluster.WaitForWorkers(2));
  ExpectUndisturbed(cluster, cluster.Submit(Job()));
}

class HostileTest : public ::testing::Test {
 protected:
  // A worker that works, and one beside it that does `answer`; to the job's end.
  void Run(HostileWorker::Answer answer, uint32_t threads = 4096) {
    cluster_.StartWorker();
    ASSERT_TRUE(cluster_.WaitForWorkers(1));
    job_ = cluster_.Submit(kNoDataJob);
    cluster_.WaitForStep(job_, 20);
    hostile_ = std::make_unique<HostileWorker>(cluster_.address(), cluster_.Workers()[0], threads,
                                               std::move(answer));
    ASSERT_TRUE(cluster_.WaitForWorkers(2));
    cluster_.WaitForEnd(job_);
    EXPECT_EQ(cluster_.Hash(job_), UndisturbedHash(kNoDataJob));
  }
  static v1::WorkerMessage AnswerTo(const v1::RunWindows& run, uint32_t block, double sum) {
    v1::WorkerMessage message;
    v1::WindowResult& result = *message.mutable_result();
    result.set_job(run.job());
    result.set_step(run.step());
    result.set_block(block);
    result.set_theta_hash(run.theta_hash());
    result.set_epoch(run.epoch());
    for (int i = 0; i < 2; ++i) {
      v1::ParticleResult& particle = *result.add_particles();
      particle.set_sum_plus(sum);
      particle.set_sum_minus(0.25);
      particle.set_trained_steps(5);
    }
    return message;
  }

  Cluster cluster_;
  std::string job_;
  std::unique_ptr<HostileWorker> hostile_;
};

TEST_F(HostileTest, AWorkerThatClaimsAllAndNeverAnswers) {
  Run([](const v1::RunWindows&, HostileWorker::Stream&) {});
  EXPECT_FALSE(hostile_->cut_off());
}

TEST_F(HostileTest, AWorkerThatSendsNumbersThatCannotBe) {
  Run([](const v1::RunWindows& run, HostileWorker::Stream& stream) {
    for (const double sum : {1e30, 1.7e308}) stream.Write(AnswerTo(run, run.blocks(0), sum));
  });
  const v1::JobDetail detail = cluster_.Show(job_);
  EXPECT_THAT(detail.events(), Contains(HasSubstr("out_of_range")));
  EXPECT_THAT(detail.refusals(),
              Contains(testing::Property(&v1::RefusalCount::refusal, "out_of_range")));
  EXPECT_THAT(cluster_.Paceline({"show", job_}).out,
              testing::ContainsRegex("refused +[0-9]+ answers: out_of_range"));
}

TEST_F(HostileTest, AWorkerThatAnswersForEverybody) {
  Run([](const v1::RunWindows& run, HostileWorker::Stream& stream) {
    for (uint32_t block = 0; block < 8; ++block) {
      if (block != run.blocks(0)) stream.Write(AnswerTo(run, block, 1));
    }
  });
  EXPECT_THAT(cluster_.Show(job_).events(), Contains(HasSubstr("no_lease")));
}

TEST_F(HostileTest, AWorkerThatFloodsTheCoordinatorWithTexts) {
  Run([](const v1::RunWindows& run, HostileWorker::Stream& stream) {
    v1::WorkerMessage message;
    v1::WorkFailure& failure = *message.mutable_failure();
    failure.set_job(run.job());
    failure.set_step(run.step());
    failure.set_block(run.blocks(0));
    failure.set_message("\x1b[2J" + std::string(60'000'000, 'x'));
    stream.Write(message);
    failure.set_message("again");
    for (int i = 0; i < 5000; ++i) {
      if (!stream.Write(message)) return;
    }
  });
  EXPECT_TRUE(WaitUntil([this] { return hostile_->cut_off(); }));
  const v1::JobDetail detail = cluster_.Show(job_);
  EXPECT_LT(detail.events_size(), 60);
  for (const std::string& event : detail.events()) {
    EXPECT_LT(event.size(), 2000u);
    EXPECT_THAT(event, Not(HasSubstr("\x1b")));
  }
}

TEST_F(HostileTest, AWorkerThatSaysThatTheJobIsImpossible) {
  Run([](const v1::RunWindows& run, HostileWorker::Stream& stream) {
    for (const uint32_t block : run.blocks()) {
      v1::WorkerMessage message;
      v1::WorkFailure& failure = *message.mutable_failure();
      failure.set_job(run.job());
      failure.set_step(run.step());
      failure.set_block(block);
      failure.set_permanent(true);
      stream.Write(message);
    }
  });
}

}  // namespace
}  // namespace paceline
