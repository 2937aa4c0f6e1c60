// Workers and jobs as the coordinator sees them.
#include "coordinator/job/coordinator.h"

#include <limits>
#include <set>

#include "coordinator/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_cluster.h"

namespace paceline {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CoordinatorTest : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.Start(); }

  FakeWorker& worker(WorkerId id) { return cluster_.worker(id); }
  Coordinator& coordinator() { return cluster_.coordinator(); }
  std::vector<v1::WindowResult> Answers(WorkerId id) { return worker(id).Answers(coordinator()); }
  void Quarter() {
    cluster_.clock().Advance(milliseconds(250));
    coordinator().Tick();
  }
  v1::WorkerSummary SummaryOf(WorkerId id) {
    const v1::ListWorkersReply reply = coordinator().ListWorkers();
    for (const v1::WorkerSummary& summary : reply.workers()) {
      if (summary.worker_id() == static_cast<uint64_t>(id)) return summary;
    }
    return {};
  }

  TemporaryFolder folder_;
  MemoryStore store_;
  FakeCluster cluster_{store_, folder_.path()};
};

TEST_F(CoordinatorTest, AJobRunsToItsEnd) {
  const WorkerId id = cluster_.Join();
  EXPECT_EQ(cluster_.Submit(ToyConfig()), "toy");
  cluster_.Work("toy");
  const v1::JobSummary summary = cluster_.Summary("toy");
  EXPECT_EQ(summary.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(summary.step(), 12);
  EXPECT_TRUE(summary.has_mean_loss());
  EXPECT_FALSE(worker(id).knows("toy")) << "the worker was not told of the end";
}

TEST_F(CoordinatorTest, ThetaGoesToEachWorkerOncePerVersion) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy");
  EXPECT_EQ(worker(id).thetas_received(), 12);
}

TEST_F(CoordinatorTest, AWorkerWithoutABlockGetsNoTheta) {
  v1::JobConfig config = ToyConfig();
  config.mutable_estimator()->set_block(12);
  cluster_.Join();
  const WorkerId second = cluster_.Join();
  cluster_.Submit(config);
  cluster_.Work("toy", 5);
  EXPECT_EQ(worker(second).thetas_received(), 0);
}

TEST_F(CoordinatorTest, AJobWithoutWorkersSaysWhatItWaitsFor) {
  cluster_.Submit(ToyConfig());
  EXPECT_EQ(cluster_.Summary("toy").message(), "waits for a worker");
  cluster_.Join();
  EXPECT_EQ(cluster_.Summary("toy").message(), "");
}

TEST_F(CoordinatorTest, ASilentWorkersBlocksAreAnsweredByOthers) {
  const WorkerId silent = cluster_.Join("silent");
  const WorkerId loud = cluster_.Join("loud");
  cluster_.Submit(ToyConfig());
  const auto lost_answers = Answers(silent);
  ASSERT_FALSE(lost_answers.empty());
  for (const auto& answer : Answers(loud)) cluster_.Say(loud, answer);
  int quarters = 0;
  for (; worker(silent).closed().empty() && quarters < 100; ++quarters) {
    Quarter();
    cluster_.Heartbeat(loud);
  }
  EXPECT_LE(quarters, 20) << "a death is to be noticed within 5 s";
  EXPECT_GE(quarters, 16);
  const auto taken_over = Answers(loud);
  EXPECT_EQ(taken_over.size(), lost_answers.size());
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("silent#1 is gone"));
}

TEST_F(CoordinatorTest, WhoWasHeldUpItselfDoesNotBlameTheWorkers) {
  const WorkerId id = cluster_.Join();
  Quarter();
  cluster_.clock().Advance(milliseconds(60'000));
  coordinator().Tick();
  EXPECT_EQ(worker(id).closed(), "");
}

TEST_F(CoordinatorTest, WorkersHearOfTheCoordinatorEverySecond) {
  const WorkerId id = cluster_.Join();
  for (int quarter = 0; quarter < 40; ++quarter) {
    Quarter();
    cluster_.Heartbeat(id);
  }
  EXPECT_GE(worker(id).heartbeats(), 9);
  EXPECT_LE(worker(id).heartbeats(), 11);
}

TEST_F(CoordinatorTest, AWorkerThatLeavesGivesItsBlocksToOthers) {
  const WorkerId leaver = cluster_.Join("leaver");
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 2);
  const WorkerId heir = cluster_.Join("heir");
  v1::WorkerMessage message;
  message.mutable_leaving()->set_reason("SIGTERM");
  coordinator().Receive(leaver, message);
  EXPECT_EQ(SummaryOf(heir).blocks(), 4u);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("it leaves: SIGTERM"));
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CoordinatorTest, ANewWorkerTakesItsShareWithinAnEpisode) {
  const WorkerId first = cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 2);
  const WorkerId second = cluster_.Join();
  cluster_.Work("toy", 5);
  EXPECT_EQ(SummaryOf(first).blocks(), 2u);
  EXPECT_EQ(SummaryOf(second).blocks(), 2u);
  EXPECT_EQ(worker(first).released().size(), 2u);
}

// ---- fingerprints

TEST_F(CoordinatorTest, AJobNeverMixesFingerprints) {
  const WorkerId cpu = cluster_.Join("a", "cpu");
  const WorkerId gpu = cluster_.Join("b", "gpu");
  cluster_.Submit(ToyConfig());
  EXPECT_EQ(SummaryOf(cpu).blocks(), 4u);
  EXPECT_EQ(SummaryOf(gpu).blocks(), 0u);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("fingerprint cpu answer for this job; 1 others"));
  cluster_.Work("toy", 3);
  const WorkerId late = cluster_.Join("c", "gpu");
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("c#3 stays idle: its fingerprint is gpu"));
  cluster_.Lose(cpu);
  EXPECT_FALSE(worker(gpu).asked());
  EXPECT_FALSE(worker(late).asked());
  EXPECT_THAT(cluster_.Summary("toy").message(), HasSubstr("the job's fingerprint cpu; 2 others"));
  cluster_.Join("d", "cpu");
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
}

// ---- data

TEST_F(CoordinatorTest, AWorkerWithOtherDataIsRefusedWithWords) {
  const WorkerId right = cluster_.Join("right"), wrong = cluster_.Join("wrong");
  cluster_.Submit(ToyConfig("toy"));
  cluster_.TellData(right, "toy", {{"mnist", "aaa"}});
  cluster_.TellData(wrong, "toy", {{"mnist", "bbb"}});
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(coordinator().Show("toy")->fingerprint(), "cpu; data mnist aaa");
  const char* words = "its mnist has the digest bbb, the job's mnist aaa: give the worker";
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr(std::string("is refused: ") + words));
  EXPECT_THAT(worker(wrong).refused(), HasSubstr(words));
  EXPECT_EQ(worker(wrong).newest_theta(), -1);
}

TEST_F(CoordinatorTest, AnAnswerByOtherDataDoesNotCount) {
  const WorkerId right = cluster_.Join("right"), wrong = cluster_.Join("wrong");
  cluster_.Submit(ToyConfig());
  cluster_.TellData(right, "toy", {{"mnist", "aaa"}});
  for (const v1::WindowResult& answer : Answers(wrong)) {
    v1::WindowResult other = answer;
    other.mutable_particles(0)->set_sum_plus(77);
    cluster_.Say(wrong, other);
  }
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("its mnist has the digest none"));
  cluster_.Work("toy", 1);
  const auto rows = store_.Steps("toy", 0, 1);
  ASSERT_EQ(rows->size(), 1u);
  for (const ParticleScalars& particle : rows->front().particles) EXPECT_NE(particle.sum_plus, 77);
}

TEST_F(CoordinatorTest, BeforeTheFirstStepIsDoneOtherDataMayTakeOverAndLaterNot) {
  const WorkerId first = cluster_.Join("first"), second = cluster_.Join("second");
  cluster_.Submit(ToyConfig());
  cluster_.TellData(first, "toy", {{"mnist", "aaa"}});
  cluster_.TellData(second, "toy", {{"mnist", "bbb"}});
  EXPECT_FALSE(worker(second).knows("toy"));
  cluster_.Lose(first);
  EXPECT_TRUE(worker(second).knows("toy"));
  cluster_.Work("toy", 2);
  cluster_.Start();
  const WorkerId third = cluster_.Join("third"), fourth = cluster_.Join("fourth");
  cluster_.TellData(third, "toy", {{"mnist", "aaa"}});
  EXPECT_THAT(worker(third).refused(), HasSubstr("the job's mnist bbb"));
  cluster_.TellData(fourth, "toy", {{"mnist", "bbb"}});
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CoordinatorTest, AJobOfNoUseSaysSoOnceAndIsMarked) {
  v1::JobConfig config = ToyConfig();
  config.mutable_outer()->set_steps(24);
  const WorkerId id = cluster_.Join();
  cluster_.Submit(config);
  while (cluster_.State("toy") == v1::JOB_STATE_RUNNING) {
    for (v1::WindowResult answer : Answers(id)) {
      for (auto& particle : *answer.mutable_particles()) {
        particle.set_sum_plus(9);
        particle.set_sum_minus(9);
        particle.set_diverged(true);
      }
      cluster_.Say(id, answer);
    }
  }
  const std::string events = cluster_.Events("toy");
  const size_t told = events.find("warning: all 12 particles diverged in each of the last 10");
  EXPECT_NE(told, std::string::npos) << events;
  EXPECT_EQ(events.find("warning", told + 1), std::string::npos) << events;
  EXPECT_THAT(cluster_.Summary("toy").warning(), HasSubstr("each of the last 24 outer steps"));
  cluster_.Start();
  EXPECT_THAT(cluster_.Summary("toy").warning(), HasSubstr("each of the last 24 outer steps"));
}

TEST_F(CoordinatorTest, TheFingerprintIsRememberedOverARestart) {
  cluster_.Join("a", "cpu");
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 3);
  cluster_.Start();
  const WorkerId gpu = cluster_.Join("b", "gpu");
  EXPECT_FALSE(worker(gpu).asked());
}

TEST_F(CoordinatorTest, BeforeTheFirstStepIsDoneAnotherFingerprintMayTakeOver) {
  const WorkerId cpu = cluster_.Join("a", "cpu");
  cluster_.Submit(ToyConfig());
  const auto answers = Answers(cpu);
  cluster_.Say(cpu, answers[0]);
  const WorkerId gpu = cluster_.Join("b", "gpu");
  cluster_.Lose(cpu);
  EXPECT_EQ(Answers(gpu).size(), 4u) << "answers of both kinds would be mixed";
}

TEST_F(CoordinatorTest, WorkersThatDifferOnATierThatTheJobDoesNotUseWorkTogether) {
  const TierFingerprints amd = {{v1::ENGINE_FUSED, "fused"}, {v1::ENGINE_TORCH, "torch amd"}};
  const TierFingerprints intel = {{v1::ENGINE_FUSED, "fused"}, {v1::ENGINE_TORCH, "torch intel"}};
  const WorkerId first = cluster_.JoinWith("a", amd);
  const WorkerId second = cluster_.JoinWith("b", intel);
  v1::JobConfig fused = ToyConfig("fused");
  fused.set_engine(v1::ENGINE_AUTO);
  cluster_.Submit(fused);
  EXPECT_EQ(SummaryOf(first).blocks(), 2u);
  EXPECT_EQ(SummaryOf(second).blocks(), 2u);
  cluster_.Work("fused");
  EXPECT_EQ(cluster_.State("fused"), v1::JOB_STATE_SUCCEEDED);

  v1::JobConfig torch = ToyConfig("torch");
  torch.set_engine(v1::ENGINE_TORCH);
  cluster_.Submit(torch);
  EXPECT_EQ(SummaryOf(first).blocks(), 4u);
  EXPECT_EQ(SummaryOf(second).blocks(), 0u);
  EXPECT_THAT(cluster_.Events("torch"), HasSubstr("fingerprint torch amd answer for this job"));
  cluster_.Work("torch");
  EXPECT_EQ(cluster_.State("torch"), v1::JOB_STATE_SUCCEEDED);
}

// A job whose task or data set is a plug-in's.
v1::JobConfig PluginConfig(bool task, const std::string& digest) {
  v1::JobConfig config = ToyConfig("own");
  if (task) {
    v1::OwnTask& own = *config.mutable_tasks(0)->mutable_own();
    own.mutable_plugin()->set_digest(digest);
    own.set_name("line");
    own.set_batch(8);
    own.set_highest(5);
    return config;
  }
  v1::ImageMlp& mlp = *config.mutable_tasks(0)->mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_OWN);
  mlp.set_activation(v1::ACTIVATION_RELU);
  mlp.set_batch(4);
  v1::OwnImages& images = *mlp.mutable_images()->mutable_own();
  images.mutable_plugin()->set_digest(digest);
  images.set_name("bars");
  images.set_height(6);
  images.set_width(6);
  images.set_channels(1);
  images.set_classes(2);
  return config;
}

TEST_F(CoordinatorTest, AWorkerWithoutTheJobsPluginIsToldNothingOfTheJob) {
  const std::string digest(64, 'a'), other(64, 'b');
  for (const bool task : {true, false}) {
    SCOPED_TRACE(task);
    cluster_.Start();
    const WorkerId without = cluster_.JoinWithPlugins("a", {other});
    v1::JobConfig config = PluginConfig(task, digest);
    config.set_name(task ? "own-task" : "own-images");
    const std::string job = cluster_.Submit(config);
    EXPECT_THAT(cluster_.Summary(job).message(),
                HasSubstr("waits for a worker that has loaded the plug-in aaaaaaaaaaaaaaaa "
                          "(paceline-worker --task-plugin FILE); 1 others are idle"));
    cluster_.JoinWithPlugins("b", {other, digest});
    const WorkerId late = cluster_.Join("c");
    EXPECT_EQ(cluster_.Summary(job).message(), "");
    EXPECT_THAT(cluster_.Events(job), HasSubstr("stays idle: it has not loaded the plug-in aaaa"));
    cluster_.Work(job);
    EXPECT_EQ(cluster_.State(job), v1::JOB_STATE_SUCCEEDED);
    for (const WorkerId idle : {without, late}) {
      EXPECT_FALSE(worker(idle).asked());
      EXPECT_FALSE(worker(idle).knows(job));
      EXPECT_EQ(worker(idle).thetas_received(), 0);
    }
  }
}

TEST_F(CoordinatorTest, WhereTheOnlyWorkerWithThePluginIsLostTheJobWaitsForAnother) {
  const std::string digest(64, 'a');
  cluster_.JoinWithPlugins("without", {});
  const WorkerId lost = cluster_.JoinWithPlugins("with", {digest});
  cluster_.Submit(PluginConfig(true, digest));
  cluster_.Work("own", 3);
  cluster_.Lose(lost);
  EXPECT_THAT(cluster_.Summary("own").message(),
              HasSubstr("waits for a worker that has loaded the plug-in"));
  cluster_.JoinWithPlugins("with too", {digest});
  cluster_.Work("own");
  EXPECT_EQ(cluster_.State("own"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CoordinatorTest, AWorkerThatDoesNotKnowWhatTheTasksSayStaysIdle) {
  const WorkerId old = cluster_.JoinSpeaking("old", kAugmentedTasksProtocol - 1);
  v1::JobConfig config = ToyConfig("augmented");
  config.mutable_augment()->mutable_initial_scale()->set_probability(1);
  for (const double factor : {0.5, 2.0}) {
    config.mutable_augment()->mutable_initial_scale()->add_factor(factor);
  }
  cluster_.Submit(config);
  EXPECT_FALSE(worker(old).asked());
  EXPECT_THAT(cluster_.Summary("augmented").message(),
              HasSubstr("waits for a worker that has learned protocol 5, which its tasks want"));
  cluster_.JoinSpeaking("new", kAugmentedTasksProtocol);
  const WorkerId late = cluster_.JoinSpeaking("late", kAugmentedTasksProtocol - 1);
  EXPECT_THAT(cluster_.Events("augmented"),
              HasSubstr("stays idle: it has not learned protocol 5, which its tasks want, and "
                        "speaks 4 (update it)"));
  cluster_.Work("augmented");
  EXPECT_EQ(cluster_.State("augmented"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_FALSE(worker(old).knows("augmented") || worker(late).knows("augmented"));
  // What older workers know they compute.
  cluster_.Submit(ToyConfig("plain"));
  EXPECT_TRUE(worker(old).asked());
}

TEST_F(CoordinatorTest, AWorkerThatLacksTheJobsTierStaysIdle) {
  const WorkerId without = cluster_.JoinWith("a", {{v1::ENGINE_FUSED, "fused"}});
  v1::JobConfig torch = ToyConfig("torch");
  torch.set_engine(v1::ENGINE_TORCH);
  cluster_.Submit(torch);
  EXPECT_FALSE(worker(without).asked());
  EXPECT_THAT(cluster_.Summary("torch").message(),
              HasSubstr("waits for a worker that can run torch; 1 others are idle"));
  cluster_.JoinWith("b", {{v1::ENGINE_TORCH, "torch amd"}});
  const WorkerId late = cluster_.JoinWith("c", {{v1::ENGINE_FUSED, "fused"}});
  EXPECT_THAT(cluster_.Events("torch"),
              HasSubstr("c#3 stays idle: it cannot run all engines of the job (torch)"));
  cluster_.Work("torch");
  EXPECT_EQ(cluster_.State("torch"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_FALSE(worker(late).asked());
}

// ---- answers

TEST_F(CoordinatorTest, TwoAnswersThatDifferAreAnEvent) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig());
  auto answers = Answers(id);
  cluster_.Say(id, answers[0]);
  cluster_.Say(id, answers[0]);
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("differ")));
  answers[0].mutable_particles(0)->set_sum_plus(1.25);
  cluster_.Say(id, answers[0]);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("the two differ; the first one counts"));
}

TEST_F(CoordinatorTest, AllThatAWorkerWithAnImpossibleAnswerHadIsAskedForElsewhere) {
  const WorkerId bad = cluster_.Join("bad");
  const WorkerId good = cluster_.Join("good");
  cluster_.Submit(ToyConfig());
  auto answers = Answers(bad);
  Answers(good);
  answers[0].mutable_particles(0)->set_sum_plus(std::numeric_limits<double>::quiet_NaN());
  cluster_.Say(bad, answers[0]);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("not finite"));
  EXPECT_THAT(worker(bad).refused(), HasSubstr("quarantined"));
  std::set<uint32_t> again;
  for (const auto& answer : Answers(good)) again.insert(answer.block());
  EXPECT_EQ(again, (std::set<uint32_t>{answers[0].block(), answers[1].block()}));
}

TEST_F(CoordinatorTest, AFailureIsTriedElsewhere) {
  const WorkerId bad = cluster_.Join("bad");
  const WorkerId good = cluster_.Join("good");
  cluster_.Submit(ToyConfig());
  const auto answers = Answers(bad);
  Answers(good);
  cluster_.Fail(bad, answers[0], "no memory");
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("no memory"));
  EXPECT_EQ(Answers(good).size(), 1u);
  EXPECT_FALSE(worker(bad).asked());
}

TEST_F(CoordinatorTest, AWorkerThatFailsAgainAndAgainGetsNoMore) {
  const WorkerId id = cluster_.Join("bad");
  cluster_.Submit(ToyConfig());
  for (int i = 0; i < Crew::kMaxFailures; ++i) {
    const auto answers = Answers(id);
    ASSERT_FALSE(answers.empty()) << "given up too early";
    cluster_.Fail(id, answers[0], "broken");
  }
  EXPECT_FALSE(worker(id).asked());
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("gets no more of this job"));
  EXPECT_THAT(cluster_.Summary("toy").message(), HasSubstr("waits for another worker"));
  cluster_.Join("good");
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CoordinatorTest, AnAnswerMakesEarlierFailuresForgotten) {
  const WorkerId id = cluster_.Join("shaky");
  cluster_.Submit(ToyConfig());
  for (int i = 0; i < 3 * Crew::kMaxFailures; ++i) {
    const auto answers = Answers(id);
    ASSERT_FALSE(answers.empty());
    cluster_.Fail(id, answers[0], "for once");
    for (size_t other = 1; other < answers.size(); ++other) cluster_.Say(id, answers[other]);
    cluster_.Work("toy", 1);
  }
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("gets no more")));
}

TEST_F(CoordinatorTest, APermanentFailureThatTheOnlyWorkerRepeatsFailsTheJob) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Submit(ToyConfig("next"));
  for (int times = 0; times < kAloneMustRepeat; ++times) {
    ASSERT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING) << "its first word was taken";
    cluster_.Fail(id, Answers(id)[0], "the optimizer cannot do that", true);
  }
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster_.Summary("toy").message(), HasSubstr("the optimizer cannot do that"));
  EXPECT_FALSE(worker(id).knows("toy"));
  EXPECT_EQ(cluster_.State("next"), v1::JOB_STATE_RUNNING);
}

TEST_F(CoordinatorTest, APermanentFailureThatTheOnlyWorkerHasOnEveryBlockFailsTheJob) {
  const WorkerId only = cluster_.Join();
  cluster_.Submit(ToyConfig());
  const auto answers = Answers(only);
  ASSERT_GE(answers.size(), static_cast<size_t>(kAloneMustRepeat));
  for (int block = 0; block < kAloneMustRepeat; ++block) {
    EXPECT_NE(cluster_.State("toy"), v1::JOB_STATE_FAILED) << block;
    cluster_.Fail(only, answers[block], "the task is wrong", /*permanent=*/true);
  }
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_FAILED);
  EXPECT_THAT(cluster_.Summary("toy").message(), HasSubstr("the task is wrong"));
}

TEST_F(CoordinatorTest, APermanentFailureThatASecondWorkerConfirmsFailsTheJob) {
  const WorkerId first = cluster_.Join("first"), second = cluster_.Join("second");
  cluster_.Submit(ToyConfig());
  const auto about = Answers(first)[0];
  cluster_.Fail(first, about, "no such layer", true);
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_RUNNING);
  cluster_.Fail(second, about, "no such layer", true);
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_FAILED);
}

TEST_F(CoordinatorTest, MessagesWithoutAPlaceAreIgnored) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig());
  coordinator().Receive(id, v1::WorkerMessage());
  v1::WorkerMessage hello;
  hello.mutable_hello();
  coordinator().Receive(id, hello);
  v1::WorkerMessage failure;
  failure.mutable_failure()->set_job("toy");
  failure.mutable_failure()->set_block(4294967295u);
  coordinator().Receive(id, failure);
  coordinator().Receive(WorkerId{99}, hello);
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
}

// ---- jobs

TEST_F(CoordinatorTest, APausedJobGoesOnWhereItWas) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 3);
  ASSERT_TRUE(coordinator().Pause("toy").ok());
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.Summary("toy").step(), 3);
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_PAUSED);
  ASSERT_TRUE(coordinator().Resume("toy").ok());
  EXPECT_EQ(cluster_.Summary("toy").step(), 4) << "what was answered meanwhile counts";
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(worker(id).thetas_received(), 12) << "the worker had kept its state";
}

TEST_F(CoordinatorTest, TheNextJobRunsWhileOneIsPaused) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig("a"));
  cluster_.Submit(ToyConfig("b"));
  EXPECT_EQ(cluster_.Summary("b").message(), "waits for job a");
  cluster_.Work("a", 5);
  ASSERT_TRUE(coordinator().Pause("a").ok());
  EXPECT_FALSE(worker(id).knows("a"));
  EXPECT_EQ(worker(id).refused(), "another job takes its place") << "it is not over";
  cluster_.Work("b");
  EXPECT_EQ(cluster_.State("b"), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(worker(id).refused(), "");
  ASSERT_TRUE(coordinator().Resume("a").ok());
  cluster_.Work("a");
  EXPECT_EQ(cluster_.State("a"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CoordinatorTest, ACancelledJobIsForgottenByItsWorkers) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig("a"));
  cluster_.Submit(ToyConfig("b"));
  const auto answers = Answers(id);
  ASSERT_TRUE(coordinator().Cancel("a").ok());
  EXPECT_FALSE(worker(id).knows("a"));
  for (const auto& answer : answers) cluster_.Say(id, answer);
  EXPECT_EQ(cluster_.State("a"), v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(cluster_.State("b"), v1::JOB_STATE_RUNNING);
  EXPECT_TRUE(absl::IsFailedPrecondition(coordinator().Resume("a").status()));
  EXPECT_TRUE(coordinator().Cancel("a").ok()) << "it is what was asked for";
}

TEST_F(CoordinatorTest, UnknownJobsAreNotFound) {
  EXPECT_TRUE(absl::IsNotFound(coordinator().Pause("x").status()));
  EXPECT_TRUE(absl::IsNotFound(coordinator().Resume("x").status()));
  EXPECT_TRUE(absl::IsNotFound(coordinator().Cancel("x").status()));
  EXPECT_TRUE(absl::IsNotFound(coordinator().Show("x").status()));
  EXPECT_TRUE(absl::IsNotFound(coordinator().FindTheta("x", std::nullopt).status()));
  EXPECT_TRUE(absl::IsNotFound(coordinator().FetchTheta(v1::FetchThetaRequest()).status()));
}

TEST_F(CoordinatorTest, ThetaOfAStepThatIsNotDoneIsOutOfRange) {
  cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 3);
  EXPECT_TRUE(absl::IsOutOfRange(coordinator().FindTheta("toy", 4).status()));
  EXPECT_TRUE(absl::IsOutOfRange(coordinator().FindTheta("toy", -1).status()));
  EXPECT_TRUE(coordinator().FindTheta("toy", 3)->theta.has_value());
  EXPECT_EQ(coordinator().FindTheta("toy", std::nullopt)->step, 3);
}

TEST_F(CoordinatorTest, ShowTellsAllThereIsToTell) {
  cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy");
  const auto detail = coordinator().Show("toy");
  ASSERT_TRUE(detail.ok()) << detail.status();
  EXPECT_EQ(detail->parameters(), 2u);
  EXPECT_EQ(detail->fingerprint(), "cpu");
  EXPECT_EQ(detail->theta_hash(), cluster_.Hashes("toy").back());
  EXPECT_EQ(detail->inner_steps(), 12u * 12 * 5 * 2);
  EXPECT_GT(detail->diverged_particles(), 0u);
  EXPECT_EQ(detail->folder(), folder_.path() + "/jobs/toy");
  EXPECT_FALSE(detail->events().empty());
}

TEST_F(CoordinatorTest, RecordsCountWhatAStepTook) {
  cluster_.Join();
  cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 1);
  cluster_.clock().Advance(milliseconds(1500));
  cluster_.Work("toy", 1);
  const v1::OuterStepRecord record = store_.Records("toy", 1, 1)->front();
  EXPECT_EQ(record.step(), 2);
  EXPECT_EQ(record.workers(), 2u);
  EXPECT_EQ(record.inner_steps(), 12u * 5 * 2);
  EXPECT_DOUBLE_EQ(record.seconds(), 1.5);
  // θ and a request to each of the two, and four answers.
  EXPECT_EQ(record.messages(), 2u * 2 + 4);
  EXPECT_GT(record.bytes(), 4u * 3 * 16);
  EXPECT_LT(record.bytes(), 2000u);
}

// Episodes of four windows of five steps; both signs of three particles.
TEST_F(CoordinatorTest, WhatWasRunAgainIsToldAsFarAsItIsPossible) {
  const WorkerId id = cluster_.Join();
  cluster_.Submit(ToyConfig());
  cluster_.Work("toy", 2);
  EXPECT_THAT(cluster_.Events("toy"), Not(HasSubstr("run again")));
  for (v1::WindowResult& answer : Answers(id)) {
    answer.set_replayed_inner_steps(answer.block() == 0 ? 3 : std::numeric_limits<uint64_t>::max());
    cluster_.Say(id, answer);
  }
  const uint64_t replayed = store_.Records("toy", 2, 1)->front().replayed_inner_steps();
  EXPECT_GT(replayed, 0u);
  EXPECT_LE(replayed, 4u * 3 * 5 * 2 * 3);
  EXPECT_THAT(cluster_.Events("toy"), HasSubstr("outer step 3: " + std::to_string(replayed) +
                                                " inner steps were run again"));
  cluster_.Work("toy", 1);
  EXPECT_EQ(store_.Records("toy", 3, 1)->front().replayed_inner_steps(), 0u);
}

// Memory for so many blocks of the toy job.
uint64_t MemoryFor(uint64_t blocks) { return FootprintOf(ToyConfig()).Total(blocks, 1); }

TEST_F(CoordinatorTest, AWorkerGetsTheBlocksThatItsMemoryHolds) {
  const WorkerId small = cluster_.Join("small", "cpu", 1, MemoryFor(1));
  cluster_.Submit(ToyConfig());
  EXPECT_EQ(SummaryOf(small).blocks(), 1u);
  EXPECT_THAT(cluster_.Summary("toy").message(),
              HasSubstr("waits for a worker with more memory: those here hold 1 of the 4 blocks"));
  const WorkerId large = cluster_.Join("large", "cpu", 1, MemoryFor(3));
  EXPECT_EQ(SummaryOf(large).blocks(), 3u);
  EXPECT_EQ(cluster_.Summary("toy").message(), "");
  cluster_.Work("toy");
  EXPECT_EQ(cluster_.State("toy"), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CoordinatorTest, AJobThatFitsNowhereWaitsAndNamesTheBlockThatWouldFit) {
  cluster_.Join("tiny", "cpu", 1, MemoryFor(1) - 1);
  cluster_.Submit(ToyConfig());
  EXPECT_THAT(cluster_.Summary("toy").message(),
              HasSubstr("waits for a worker with more memory: the job does not fit"));
  EXPECT_THAT(cluster_.Summary("toy").message(), HasSubstr("the largest block that would fit is"));
}

}  // namespace
}  // namespace paceline
