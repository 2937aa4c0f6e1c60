#include "coordinator/evaluate/desk.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/process.h"
#include "tests/testing/sim/fake_evaluators.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DeskTest : public ::testing::Test {
 protected:
  DeskTest() { sim_.Start(); }

  TemporaryFolder folder_;
  EvaluationSim sim_{folder_.path()};
};

TEST_F(DeskTest, OneWorkerComputesWhatALocalRunDoes) {
  const std::string name = sim_.Submit();
  EXPECT_EQ(name, "toy");
  EXPECT_EQ(sim_.Summary(name).state(), v1::EVALUATION_STATE_QUEUED);
  EXPECT_THAT(sim_.Summary(name).message(), HasSubstr("waits for a worker"));
  sim_.Join(2);
  sim_.Work(3);
  const v1::EvaluationSummary half = sim_.Summary(name);
  EXPECT_EQ(half.state(), v1::EVALUATION_STATE_RUNNING);
  EXPECT_EQ(half.units_done(), 3u);
  EXPECT_EQ(half.units_under_way(), 2u);
  EXPECT_EQ(half.message(), "");
  const EvaluationCounts counts = sim_.desk().Count();
  EXPECT_EQ(counts.by_state.at(v1::EVALUATION_STATE_RUNNING), 1);
  EXPECT_EQ(counts.units_done, half.units_done());
  EXPECT_EQ(counts.units_under_way, half.units_under_way());
  EXPECT_EQ(counts.units_known, half.units_known());
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
  const v1::EvaluationSummary end = sim_.Summary(name);
  EXPECT_EQ(end.units_done(), end.units_known());
  EXPECT_EQ(sim_.desk().Count().units_known, 0u) << "of those that have not ended";
}

TEST_F(DeskTest, AWorkerGetsAsManyUnitsAsItHasThreadsAndOneWhileItTrains) {
  sim_.Submit();
  const WorkerId idle = sim_.Join(3), busy = sim_.Join(3), none = sim_.Join(0);
  sim_.training = {busy};
  sim_.Work(0);
  sim_.TellData(busy, {});
  EXPECT_EQ(sim_.worker(idle).questions.size(), 3u);
  EXPECT_EQ(sim_.worker(busy).questions.size(), 1u);
  EXPECT_TRUE(sim_.worker(none).announced.empty());
  sim_.training = {};
  sim_.Deliver();
  EXPECT_EQ(sim_.worker(busy).questions.size(), 3u);
}

TEST_F(DeskTest, UnitsOfALostWorkerGoToAnother) {
  const std::string name = sim_.Submit();
  const WorkerId lost = sim_.Join(4);
  sim_.Work(2);
  sim_.Lose(lost);
  sim_.Join(1);
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
}

TEST_F(DeskTest, NothingThatWasAnsweredIsAskedAgainAfterARestart) {
  const std::string name = sim_.Submit();
  sim_.Join(2);
  sim_.Work(7);
  sim_.Start();
  sim_.Deliver();
  EXPECT_EQ(sim_.Summary(name).state(), v1::EVALUATION_STATE_RUNNING);
  EXPECT_EQ(sim_.Summary(name).units_done(), 7u);
  sim_.Join(1);
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
  EXPECT_LE(static_cast<uint64_t>(sim_.answers_given), sim_.Summary(name).units_known());
}

TEST_F(DeskTest, TheResultOutlivesTheCoordinator) {
  const std::string name = sim_.Submit();
  sim_.Join();
  sim_.Work();
  sim_.Start();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
}

TEST_F(DeskTest, TheSameAgainTakesNothingButTheFile) {
  sim_.Submit();
  sim_.Join();
  sim_.Work();
  const int before = sim_.answers_given;
  const std::string again = sim_.Submit();
  EXPECT_EQ(again, "toy-2");
  sim_.Work();
  EXPECT_EQ(sim_.answers_given, before);
  EXPECT_EQ(sim_.Result(again), sim_.Result("toy"));
}

TEST_F(DeskTest, ARequestIdSubmitsOnceEvenAfterARestart) {
  EXPECT_EQ(sim_.Submit(ToyEvaluation("a")), "toy");
  EXPECT_EQ(sim_.Submit(ToyEvaluation("a")), "toy");
  sim_.Start();
  EXPECT_EQ(sim_.Submit(ToyEvaluation("a")), "toy");
  EXPECT_EQ(sim_.Submit(ToyEvaluation("b")), "toy-2");
}

TEST_F(DeskTest, TheFirstOfAQueueGetsWorkersFirst) {
  const std::string first = sim_.Submit(), second = sim_.Submit();
  sim_.Join(2);
  sim_.Work(10);
  EXPECT_EQ(sim_.Summary(first).units_done(), 10u);
  EXPECT_EQ(sim_.Summary(second).units_done(), 0u);
  sim_.Work();
  EXPECT_EQ(sim_.Result(first), sim_.Result(second));
}

TEST_F(DeskTest, WorkersOfAnotherEngineAreNotUsed) {
  const std::string name = sim_.Submit();
  const WorkerId first = sim_.Join(1, "cpu a"), other = sim_.Join(4, "cpu b");
  sim_.Work(2);
  EXPECT_TRUE(sim_.worker(other).announced.empty());
  sim_.Lose(first);
  sim_.Work();
  EXPECT_THAT(sim_.Summary(name).message(), HasSubstr("waits for a worker with fingerprint cpu a"));
  sim_.Join(1, "cpu a");
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation(), "cpu a"));
}

TEST_F(DeskTest, AWorkerWithoutThePluginOfATaskIsToldNothing) {
  const std::string digest(64, 'a');
  v1::SubmitEvaluationRequest request = ToyEvaluation();
  v1::OwnTask& own = *request.mutable_suite()->mutable_tasks(0)->mutable_task()->mutable_own();
  own.mutable_plugin()->set_digest(digest);
  own.set_name("line");
  own.set_batch(8);
  own.set_highest(5);
  const std::string name = sim_.Submit(request);
  const WorkerId without = sim_.Join(2);
  sim_.Work();
  EXPECT_TRUE(sim_.worker(without).announced.empty());
  EXPECT_THAT(sim_.Summary(name).message(),
              HasSubstr("has not loaded the plug-in aaaaaaaaaaaaaaaa"));
  sim_.Join(1, "cpu", {digest, std::string(64, 'b')});
  sim_.Work();
  EXPECT_EQ(sim_.Summary(name).state(), v1::EVALUATION_STATE_SUCCEEDED);
  EXPECT_TRUE(sim_.worker(without).announced.empty());
}

TEST_F(DeskTest, UntilAnOutcomeCountsAnotherEngineMayTakeOver) {
  const std::string name = sim_.Submit();
  const WorkerId first = sim_.Join(1, "cpu a");
  sim_.Work(0);
  sim_.Join(1, "cpu b");
  sim_.Lose(first);
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation(), "cpu b"));
}

TEST_F(DeskTest, AWorkerThatCannotReadTheDataHasNoPart) {
  const std::string name = sim_.Submit();
  const WorkerId poor = sim_.Join();
  sim_.TellData(poor, {}, "no such folder");
  EXPECT_TRUE(sim_.worker(poor).questions.empty());
  EXPECT_THAT(sim_.Summary(name).message(), HasSubstr("no such folder"));
  sim_.Join();
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
}

TEST_F(DeskTest, AWorkerWithOtherDataHasNoPart) {
  v1::SubmitEvaluationRequest request = ToyEvaluation();
  request.mutable_suite()->mutable_tasks(0)->mutable_task()->mutable_image_mlp()->set_dataset(
      v1::DATASET_FASHION_MNIST);
  v1::ImageMlp& task =
      *request.mutable_suite()->mutable_tasks(0)->mutable_task()->mutable_image_mlp();
  task.set_size(8);
  task.add_hidden(4);
  task.set_batch(8);
  task.set_activation(v1::ACTIVATION_RELU);
  const std::string name = sim_.Submit(request);
  sim_.data = {{"fashion_mnist", "abc"}};
  sim_.Join();
  sim_.Work(1);
  const WorkerId other = sim_.Join();
  sim_.TellData(other, {{"fashion_mnist", "def"}});
  EXPECT_TRUE(sim_.worker(other).questions.empty());
  EXPECT_THAT(sim_.Events(name), HasSubstr("its fashion_mnist has the digest def"));
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(request));
}

TEST_F(DeskTest, APermanentFailureFailsTheEvaluation) {
  const std::string name = sim_.Submit();
  const WorkerId worker = sim_.Join();
  sim_.Work(1);
  sim_.FailOne(worker, "no such rule", true);
  const v1::EvaluationSummary summary = sim_.Summary(name);
  EXPECT_EQ(summary.state(), v1::EVALUATION_STATE_FAILED);
  EXPECT_THAT(summary.message(), HasSubstr("no such rule"));
  EXPECT_TRUE(sim_.worker(worker).announced.empty());
}

TEST_F(DeskTest, AUnitThatFailsThriceFailsTheEvaluation) {
  const std::string name = sim_.Submit();
  const WorkerId worker = sim_.Join();
  sim_.Work(0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sim_.Summary(name).state(), v1::EVALUATION_STATE_RUNNING);
    sim_.FailOne(worker, "out of memory");
  }
  EXPECT_EQ(sim_.Summary(name).state(), v1::EVALUATION_STATE_FAILED);
  EXPECT_THAT(sim_.Summary(name).message(), HasSubstr("out of memory"));
}

TEST_F(DeskTest, AWorkerThatFailsThriceInARowIsLeftOut) {
  const std::string name = sim_.Submit();
  const WorkerId broken = sim_.Join(), whole = sim_.Join();
  sim_.Work(0);
  sim_.TellData(whole, {});
  for (int i = 0; i < 3; ++i) {
    sim_.FailOne(broken, "out of memory");
    sim_.AnswerOne(whole);
  }
  EXPECT_TRUE(sim_.worker(broken).questions.empty());
  EXPECT_THAT(sim_.Events(name), HasSubstr("it failed 3 times in a row"));
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
}

TEST_F(DeskTest, AnAnswerThatComesTwiceCountsOnceAndADifferentOneIsTold) {
  const std::string name = sim_.Submit();
  const WorkerId worker = sim_.Join();
  sim_.Work(0);
  v1::EvaluationAnswer answer = AnswerTo(sim_.worker(worker).questions.front());
  sim_.AnswerOne(worker);
  sim_.Say(worker, answer);
  EXPECT_EQ(sim_.Summary(name).units_done(), 1u);
  EXPECT_THAT(sim_.Events(name), Not(HasSubstr("other bits")));
  answer.mutable_outcome()->mutable_runs(0)->set_test_loss(7);
  sim_.Say(worker, answer);
  EXPECT_THAT(sim_.Events(name), HasSubstr("other bits"));
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
}

TEST_F(DeskTest, ALateUnitIsGivenToASecondWorkerAsWellAndTheFirstAnswerCounts) {
  const std::string name = sim_.Submit();
  const WorkerId slow = sim_.Join();
  sim_.Work(0);
  const v1::EvaluationAnswer late = AnswerTo(sim_.worker(slow).questions.front());
  sim_.worker(slow).questions.clear();
  sim_.Join();
  sim_.Work();
  EXPECT_EQ(sim_.Summary(name).state(), v1::EVALUATION_STATE_RUNNING);
  sim_.clock().Advance(std::chrono::seconds(31));
  sim_.Deliver();
  sim_.Work(1);
  sim_.Say(slow, late);
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
  EXPECT_THAT(sim_.Events(name), Not(HasSubstr("other bits")));
}

TEST_F(DeskTest, AnImpossibleAnswerIsAFailure) {
  const std::string name = sim_.Submit();
  const WorkerId worker = sim_.Join();
  sim_.Work(0);
  v1::EvaluationAnswer answer = AnswerTo(sim_.worker(worker).questions.front());
  sim_.worker(worker).questions.clear();
  answer.mutable_outcome()->clear_runs();
  sim_.Say(worker, answer);
  EXPECT_THAT(sim_.Events(name), HasSubstr("an answer of 0 trainings"));
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
}

TEST_F(DeskTest, ACancelledEvaluationEndsAndWhatIsComputedStaysKnown) {
  const std::string name = sim_.Submit();
  const WorkerId worker = sim_.Join();
  sim_.Work(5);
  EXPECT_EQ(sim_.desk().Delete(name).code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(sim_.desk().Cancel(name).ok());
  sim_.Deliver();
  EXPECT_TRUE(sim_.worker(worker).questions.empty());
  EXPECT_EQ(sim_.Summary(name).state(), v1::EVALUATION_STATE_CANCELLED);
  EXPECT_TRUE(sim_.desk().Cancel(name).ok());
  ASSERT_TRUE(sim_.desk().Delete(name).ok());
  EXPECT_TRUE(absl::IsNotFound(sim_.desk().Summary(name).status()));
  EXPECT_EQ(sim_.Submit(), name);
  sim_.Work();
  EXPECT_EQ(sim_.Result(name), DirectResult(ToyEvaluation()));
  EXPECT_EQ(static_cast<uint64_t>(sim_.answers_given), sim_.Summary(name).units_known());
}

TEST_F(DeskTest, ADamagedSubmissionFailsItsEvaluationAlone) {
  const std::string damaged = sim_.Submit(), whole = sim_.Submit();
  std::ofstream(folder_.path() + "/evaluations/" + damaged + "/submission") << "nonsense";
  sim_.Start();
  sim_.Join();
  sim_.Work();
  EXPECT_EQ(sim_.Summary(damaged).state(), v1::EVALUATION_STATE_FAILED);
  EXPECT_EQ(sim_.Result(whole), DirectResult(ToyEvaluation()));
}

TEST_F(DeskTest, ASubmissionThatWasNotFinishedIsSweptAway) {
  const std::string folder = folder_.path() + "/evaluations/half";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/submission") << "half";
  sim_.Start();
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_EQ(sim_.desk().List().evaluations_size(), 0);
}

}  // namespace
}  // namespace paceline
