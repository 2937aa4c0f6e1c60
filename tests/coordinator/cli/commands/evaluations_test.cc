// Evaluations on a cluster, from the command line.
#include "common/checkpoint/formats.h"
#include "common/evaluation/files.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/common/checkpoint/optimizers.h"
#include "tests/coordinator/cli/commands/commands_fixture.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kSuite[] = R"(
name: small
baselines: [sgd]
tasks:
  - task: {quadratic: {dimension: 4}}
)";

// One case, one contestant, two runs.
void FillResult(v1::Evaluation& result) {
  result.set_seeds(2);
  v1::EvaluationCase& its_case = *result.add_cases();
  its_case.set_key("quadratic-10");
  its_case.set_title("a quadratic");
  its_case.set_family("quadratic");
  its_case.set_steps(10);
  v1::Contestant& contestant = *result.add_contestants();
  contestant.set_key("adam");
  contestant.set_title("Adam");
  contestant.set_rule("adam");
  v1::EvaluationEntry& entry = *result.add_entries();
  for (const float loss : {1.0f, 2.0f}) {
    v1::RunOutcome& run = *entry.add_runs();
    run.set_initial_loss(3);
    for (int span = 0; span < 10; ++span) run.add_training(3 - 0.1f * static_cast<float>(span));
    run.set_training_loss(loss);
  }
}

class EvaluationCommandsTest : public CommandsTest {
 protected:
  EvaluationCommandsTest() {
    std::ofstream(suite()) << kSuite;
    const auto trained = testing::Trained("{adafac_mlp: {hidden: 4}}");
    EXPECT_TRUE(ExportOptimizer(trained, OptimizerFormat::kSafetensors, own()).ok());
    evaluations_.result.set_suite("small");
    FillResult(evaluations_.result);
    v1::EvaluationSummary& known = *evaluations_.evaluations["known"].mutable_summary();
    known.set_evaluation("known");
    known.set_state(v1::EVALUATION_STATE_RUNNING);
    known.set_units_done(30);
    known.set_units_known(60);
    known.set_work_done(1);
    known.set_work_known(4);
    known.set_seconds_left(90);
    StartService();
  }
  std::string suite() const { return folder_ + "/suite.yaml"; }
  std::string own() const { return folder_ + "/own.safetensors"; }
  std::string output() const { return folder_ + "/out"; }
};

TEST_F(EvaluationCommandsTest, EvaluateSubmitsFollowsAndWritesTheResult) {
  EXPECT_EQ(RunWithService({"evaluate", suite(), "--optimizer", own(), "--set", "seeds=4",
                            "--output", output()}),
            0)
      << err();
  ASSERT_EQ(evaluations_.submitted.size(), 1u);
  const v1::SubmitEvaluationRequest& request = evaluations_.submitted[0];
  EXPECT_EQ(request.suite().seeds(), 4u);
  ASSERT_EQ(request.optimizers_size(), 1);
  EXPECT_EQ(request.optimizers(0).title(), "own");
  EXPECT_EQ(request.optimizers(0).safetensors(), *ReadFile(own()));
  EXPECT_EQ(request.request_id().size(), 32u);
  EXPECT_THAT(out(), HasSubstr("small is done: " + output()));
  EXPECT_THAT(err(), HasSubstr("small is succeeded"));
  EXPECT_EQ(*ReadFile(output() + "/evaluation.binpb"), EvaluationBytes(evaluations_.result));
}

TEST_F(EvaluationCommandsTest, DetachedItPrintsTheNameLast) {
  EXPECT_EQ(RunWithService({"evaluate", suite(), "--detach"}), 0) << err();
  EXPECT_EQ(out(), "submitted small\n");
}

TEST_F(EvaluationCommandsTest, AJobIsEvaluatedUnderItsName) {
  service_.jobs["tiny"] = Job("tiny", v1::JOB_STATE_RUNNING, 2);
  service_.theta.set_safetensors(*ReadFile(own()));
  EXPECT_EQ(RunWithService({"evaluate", suite(), "--optimizer", "tiny", "--detach"}), 0) << err();
  EXPECT_EQ(evaluations_.submitted[0].optimizers(0).title(), "tiny");
}

TEST_F(EvaluationCommandsTest, WhatIsWrongIsSaidBeforeAnythingIsSent) {
  EXPECT_EQ(RunWithService({"evaluate", suite(), "--optimizer", suite()}), 2);
  EXPECT_THAT(err(), HasSubstr("suite.yaml"));
  EXPECT_EQ(RunWithService({"evaluate", suite(), "--set", "baselines=[adamm]"}), 2);
  EXPECT_THAT(err(), HasSubstr("adamm"));
  EXPECT_EQ(RunWithService({"evaluate", folder_ + "/none.yaml"}), 4);
  EXPECT_EQ(RunWithService({"evaluate", suite(), "--detatch"}), 2);
  EXPECT_THAT(err(), HasSubstr("--detach"));
  EXPECT_TRUE(evaluations_.submitted.empty());
}

TEST_F(EvaluationCommandsTest, WithACoordinatorItsHelpIsOfTheCluster) {
  EXPECT_EQ(RunWithService({"evaluate", "--help"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("--detach"), HasSubstr("Exit status: 0 done")));
}

TEST_F(EvaluationCommandsTest, AnEvaluationThatFailsOrIsCancelledHasAStatusOfItsOwn) {
  evaluations_.end = v1::EVALUATION_STATE_FAILED;
  EXPECT_EQ(RunWithService({"evaluations", "known", "--follow", "-o", output()}), 1);
  EXPECT_THAT(out(), HasSubstr("known is failed"));
  evaluations_.end = v1::EVALUATION_STATE_CANCELLED;
  EXPECT_EQ(RunWithService({"evaluations", "known", "--follow", "-o", output()}), 5);
}

TEST_F(EvaluationCommandsTest, EvaluationsListsShowsCancelsAndDeletes) {
  EXPECT_EQ(RunWithService({"evaluations"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("known"), HasSubstr("30/60"), HasSubstr("1 min 30 s")));
  EXPECT_EQ(RunWithService({"evaluations", "known"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("known is running: 30 of 60 units (25 % of the work), 1 min 30 s "
                               "left"));
  EXPECT_EQ(RunWithService({"evaluations", "known", "--cancel", "--json"}), 0) << err();
  EXPECT_EQ(json::parse(out())["state"], "cancelled");
  EXPECT_EQ(RunWithService({"evaluations", "known", "--delete"}), 0) << err();
  EXPECT_EQ(RunWithService({"evaluations", "known"}), 4);
  EXPECT_EQ(RunWithService({"evaluations", "--json"}), 0);
  EXPECT_EQ(json::parse(out()), json::array());
}

TEST_F(EvaluationCommandsTest, ActionsWantANameAndGoOneAtATime) {
  EXPECT_EQ(RunWithService({"evaluations", "--cancel"}), 2);
  EXPECT_EQ(RunWithService({"evaluations", "known", "--cancel", "--delete"}), 2);
  EXPECT_THAT(err(), HasSubstr("one at a time"));
}

}  // namespace
}  // namespace paceline
