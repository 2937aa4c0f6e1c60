#include "worker/eval/evaluate.h"

#include <cmath>

#include "common/config/optimizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/samples.h"
#include "tests/worker/eval/small_optimizers.h"
#include "worker/baselines/baselines.h"
#include "worker/eval/report.h"
#include "worker/eval/verdict.h"

namespace paceline {
namespace {

using testing::Each;
using testing::HasSubstr;

Evaluation EvaluateSmall(const TrainedOptimizer& trained, EvalOptions options = {}) {
  DataStore data("/nowhere");
  auto evaluation = Evaluate(trained, options, data, [](const std::string&) {});
  EXPECT_TRUE(evaluation.ok()) << evaluation.status();
  return evaluation.ok() ? *std::move(evaluation) : Evaluation{};
}

const OptimizerResult& Find(const ScenarioResult& result, const std::string& key) {
  for (const OptimizerResult& optimizer : result.optimizers) {
    if (optimizer.key == key) return optimizer;
  }
  ADD_FAILURE() << key;
  return result.optimizers.front();
}

// On Σ p² a step of SGD with learning rate r multiplies p by 1 − 2r.
TEST(EvaluateTest, TheLearnedOptimizerRunsAsItsThetaSays) {
  const Evaluation evaluation = EvaluateSmall(SmallOptimizer());
  const OptimizerResult& learned = Find(evaluation.scenarios[0], "learned");
  ASSERT_EQ(learned.runs.size(), 10u);
  for (const RunResult& run : learned.runs) {
    ASSERT_EQ(run.curve.size(), 20u);
    EXPECT_NEAR(run.curve[1] / run.curve[0], 0.64, 1e-5);
    EXPECT_NEAR(run.training_loss, (run.curve[18] + run.curve[19]) / 2, 1e-9);
    EXPECT_NEAR(run.test_loss / run.curve[19], 0.64, 1e-4);
  }
}

TEST(EvaluateTest, EveryFamilyIsRun) {
  for (const auto& [name, optimizer] : FamilySamples()) {
    SCOPED_TRACE(name);
    const Evaluation evaluation =
        EvaluateSmall(SmallOptimizer({"optimizer=" + OptimizerJson(optimizer)}),
                      {.tuning = {.settings = 1, .rounds = 0, .seeds = 1}});
    const OptimizerResult& learned = Find(evaluation.scenarios[0], "learned");
    ASSERT_EQ(learned.runs.size(), 10u);
    for (const RunResult& run : learned.runs) {
      EXPECT_TRUE(std::isfinite(run.training_loss));
      EXPECT_NE(run.curve[0], run.curve[19]);
    }
  }
}

TEST(EvaluateTest, BaselinesGetTheRateThatIsBestForThem) {
  const Evaluation evaluation = EvaluateSmall(SmallOptimizer());
  // Of the grid, |1 − 2r| is smallest at 0.3.
  EXPECT_EQ(Find(evaluation.scenarios[0], "sgd").learning_rate, 0.3);
  for (const RunResult& run : Find(evaluation.scenarios[0], "sgd").runs) {
    EXPECT_NEAR(run.curve[1] / run.curve[0], 0.16, 1e-5);
  }
}

TEST(EvaluateTest, AWorseOptimizerIsSaidToBeWorse) {
  const Evaluation evaluation =
      EvaluateSmall(SmallOptimizer({"optimizer={learnable_sgd: {learning_rate: 0.001}}"}));
  const ScenarioResult& own = evaluation.scenarios[0];
  EXPECT_EQ(Compare(own.optimizers[0], Find(own, "sgd")).outcome, Outcome::kLoses);
}

TEST(EvaluateTest, ABetterOptimizerIsSaidToBeBetter) {
  const Evaluation evaluation =
      EvaluateSmall(SmallOptimizer({"optimizer={learnable_sgd: {learning_rate: 0.48}}"}));
  const ScenarioResult& own = evaluation.scenarios[0];
  EXPECT_EQ(Compare(own.optimizers[0], Find(own, "sgd")).outcome, Outcome::kBeats);
  EXPECT_THAT(ReportText(evaluation),
              HasSubstr("the learned optimizer beats tuned SGD, the best rival"));
}

TEST(EvaluateTest, AllOptimizersStartFromTheSameWeightsOfASeedAndSeedsDiffer) {
  const Evaluation evaluation = EvaluateSmall(SmallOptimizer());
  const ScenarioResult& own = evaluation.scenarios[0];
  for (const OptimizerResult& optimizer : own.optimizers) {
    for (size_t seed = 0; seed < optimizer.runs.size(); ++seed) {
      EXPECT_EQ(optimizer.runs[seed].curve[0], own.optimizers[0].runs[seed].curve[0]);
    }
  }
  EXPECT_NE(own.optimizers[0].runs[0].curve[0], own.optimizers[0].runs[1].curve[0]);
}

TEST(EvaluateTest, NoInitialWeightsWereSeenInTraining) {
  const TrainedOptimizer trained = SmallOptimizer();
  DataStore data("/nowhere");
  const auto task = MakeTask(trained.training->config.tasks(0), data);
  ASSERT_TRUE(task.ok());
  std::vector<float> weights(6), gradient(6);
  const Evaluation evaluation = EvaluateSmall(trained);
  for (uint32_t particle = 0; particle < 4; ++particle) {
    const RunSeed seed{.key = trained.training->config.seed(), .particle = particle, .episode = 0};
    (*task)->SampleInitial(seed, weights);
    const float loss = (*task)->LossAndGradient(seed, 0, weights, gradient);
    for (const RunResult& run : evaluation.scenarios[0].optimizers[0].runs) {
      EXPECT_NE(run.curve[0], loss);
    }
  }
}

TEST(EvaluateTest, TheNumberOfThreadsChangesNothing) {
  const TrainedOptimizer trained = SmallOptimizer();
  EXPECT_EQ(ReportJson(EvaluateSmall(trained, {.threads = 1})).dump(),
            ReportJson(EvaluateSmall(trained, {.threads = 3})).dump());
}

TEST(EvaluateTest, TheLengthCanBeChosenAndCurvesStayShort) {
  const Evaluation evaluation = EvaluateSmall(SmallOptimizer(), {.length = 1030});
  EXPECT_EQ(evaluation.horizon, 1030);
  EXPECT_EQ(evaluation.scenarios.back().scenario.steps, 2060);
  for (const ScenarioResult& result : evaluation.scenarios) {
    for (const OptimizerResult& optimizer : result.optimizers) {
      EXPECT_LE(optimizer.runs[0].curve.size(), 110u);
    }
  }
}

TEST(EvaluateTest, ADivergedRunCountsAsTheBoundAndIsReported) {
  const Evaluation evaluation =
      EvaluateSmall(SmallOptimizer({"optimizer={learnable_sgd: {learning_rate: 100}}"}));
  for (const RunResult& run : evaluation.scenarios[0].optimizers[0].runs) {
    EXPECT_TRUE(run.diverged);
    EXPECT_TRUE(std::isfinite(run.training_loss));
    EXPECT_TRUE(std::isfinite(run.test_loss));
    EXPECT_GT(run.training_loss, 1e5);
  }
  EXPECT_THAT(ReportText(evaluation), HasSubstr("10 of 10 runs diverged"));
}

TEST(EvaluateTest, ATaskThatTheConfigDoesNotHaveIsAnError) {
  DataStore data("/nowhere");
  const auto evaluation = Evaluate(SmallOptimizer(), {.task = 1}, data, [](const std::string&) {});
  EXPECT_TRUE(absl::IsInvalidArgument(evaluation.status()));
}

TEST(EvaluateTest, TheHorizonIsTheLongestEpisodeOfAnyKindOfLengths) {
  const auto horizon = [](const std::string& episode) {
    return EvaluateSmall(SmallOptimizer({"episode=" + episode})).horizon;
  };
  EXPECT_EQ(horizon("{constant: {steps: 12}}"), 12);
  EXPECT_EQ(horizon("{log_uniform: {min: 3, max: 8}}"), 8);
  // The job has three outer steps: it comes to 2 of 20 parts of the way from 10 to 30.
  EXPECT_EQ(horizon("{curriculum: {stages: [{step: 0, min: 5, max: 10}, "
                    "{step: 20, min: 5, max: 30}]}}"),
            12);
}

TEST(EvaluateTest, WithoutInnerStepsThereIsNothingToSay) {
  TrainedOptimizer trained = SmallOptimizer();
  trained.training->config.clear_episode();
  DataStore data("/nowhere");
  const auto evaluation = Evaluate(trained, {}, data, [](const std::string&) {});
  EXPECT_TRUE(absl::IsInvalidArgument(evaluation.status()));
  EXPECT_THAT(std::string(evaluation.status().message()), HasSubstr("--length STEPS"));
}

TEST(EvaluateTest, AMissingDataSetIsAnError) {
  DataStore data("/nowhere");
  const auto evaluation = Evaluate(SmallOptimizer({"tasks[0]={image_mlp: {hidden: [4]}}"}), {},
                                   data, [](const std::string&) {});
  EXPECT_TRUE(absl::IsNotFound(evaluation.status())) << evaluation.status();
}

TEST(EvaluateTest, FashionMnistIsLearned) {
  DataStore data;
  if (!data.Images({v1::DATASET_FASHION_MNIST, 4}).ok()) {
    GTEST_SKIP() << "NOT TESTED: FashionMNIST is not here; run deploy/setup.sh";
  }
  const TrainedOptimizer trained =
      SmallOptimizer({"tasks[0]={image_mlp: {size: 4, hidden: [24], batch: 32}}",
                      "optimizer={learnable_adam: {learning_rate: 0.03}}"});
  const auto evaluation = Evaluate(
      trained, {.seeds = 2, .tuning = {.settings = 6, .rounds = 1, .seeds = 1}, .length = 40}, data,
      [](const std::string&) {});
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  for (const ScenarioResult& result : evaluation->scenarios) {
    for (const OptimizerResult& optimizer : result.optimizers) {
      EXPECT_LT(TrainingLosses(optimizer)[0], 2.2) << result.scenario.key << optimizer.key;
      EXPECT_LT(TestLosses(optimizer)[0], 2.2) << result.scenario.key << optimizer.key;
    }
  }
}

TEST(EvaluateTest, AnImportedOptimizerIsAskedOnWhatItIsToBeEvaluated) {
  TrainedOptimizer imported = SmallOptimizer();
  imported.training.reset();
  DataStore data("/nowhere");
  const auto evaluation = Evaluate(imported, {}, data, [](const std::string&) {});
  EXPECT_TRUE(absl::IsInvalidArgument(evaluation.status()));
  EXPECT_THAT(std::string(evaluation.status().message()), testing::HasSubstr("--config"));
}

}  // namespace
}  // namespace paceline
