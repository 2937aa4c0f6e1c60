#include "worker/eval/unit_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/config/task_rules.h"
#include "common/suite/keys.h"
#include "worker/engine/inner_runs.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

v1::EvaluationUnit QuadraticUnit(double rate, uint64_t steps) {
  v1::EvaluationUnit unit;
  unit.mutable_task()->mutable_quadratic()->set_dimension(5);
  unit.mutable_task()->mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  unit.set_engine(v1::ENGINE_AUTO);
  unit.set_key(3);
  unit.set_runs(4);
  unit.set_steps(steps);
  unit.set_held_out_points(4);
  v1::LearnableSgd& sgd = *unit.mutable_trained()->mutable_optimizer()->mutable_learnable_sgd();
  sgd.set_learning_rate(0.01);
  unit.mutable_trained()->set_theta_digest(std::to_string(rate));
  return unit;
}

v1::UnitOutcome Run(const v1::EvaluationUnit& unit, const std::vector<float>& theta) {
  DataStore data("/nowhere");
  const auto task = MakeTask(unit.task(), data);
  EXPECT_TRUE(task.ok()) << task.status();
  const auto outcome = RunUnit(unit, theta, **task);
  EXPECT_TRUE(outcome.ok()) << outcome.status();
  return *outcome;
}

// θ of learnable_sgd: the logarithm of its rate.
v1::UnitOutcome RunSgd(double rate, uint64_t steps, uint32_t first = 0, uint32_t runs = 4) {
  v1::EvaluationUnit unit = QuadraticUnit(rate, steps);
  unit.set_first_run(first);
  unit.set_runs(runs);
  return Run(unit, {static_cast<float>(std::log(rate))});
}

// Σp² under SGD: every step multiplies the loss by (1 − 2·rate)².
TEST(RunUnit, MeasuresWhatTheArithmeticSays) {
  const double factor = std::pow(1 - 2 * 0.1, 2);
  const v1::UnitOutcome outcome = RunSgd(0.1, 40);
  for (const v1::RunOutcome& run : outcome.runs()) {
    ASSERT_EQ(run.training_size(), 40);
    ASSERT_EQ(run.held_out_size(), 4);
    const double start = run.initial_loss();
    EXPECT_EQ(run.training(0), run.initial_loss());
    for (int i = 0; i < 40; ++i) {
      EXPECT_NEAR(run.training(i), start * std::pow(factor, i), 1e-4 * start) << i;
    }
    // A point lies after its part of the updates.
    EXPECT_NEAR(run.held_out(0), start * std::pow(factor, 10), 1e-4 * start);
    EXPECT_NEAR(run.held_out_loss(), start * std::pow(factor, 40), 1e-4 * start);
    EXPECT_EQ(run.test_loss(), run.held_out(3));
    double last = 0;
    for (int i = 36; i < 40; ++i) last += run.training(i) / 4;
    EXPECT_NEAR(run.training_loss(), last, 1e-5 * start);
    EXPECT_FALSE(run.diverged());
    EXPECT_FALSE(run.has_test_error());
  }
}

TEST(RunUnit, ACurveHasAboutAHundredSpans) {
  EXPECT_EQ(RunSgd(0.01, 1000, 0, 1).runs(0).training_size(), 100);
  EXPECT_EQ(RunSgd(0.01, 250, 0, 1).runs(0).training_size(), 125);
  EXPECT_EQ(RunSgd(0.01, 3, 0, 1).runs(0).training_size(), 3);
}

TEST(RunUnit, ARunThatDivergesCountsWithItsInitialLossFromThereOn) {
  const v1::UnitOutcome outcome = RunSgd(1e10, 60);
  const v1::RunOutcome& run = outcome.runs(0);
  EXPECT_TRUE(run.diverged());
  EXPECT_GT(run.initial_loss(), 0);
  EXPECT_EQ(run.training_loss(), run.initial_loss());
  EXPECT_EQ(run.test_loss(), run.initial_loss());
  EXPECT_EQ(run.held_out(3), run.initial_loss());
}

TEST(RunUnit, ARunDoesNotDependOnTheUnitThatItIsIn) {
  const v1::UnitOutcome all = RunSgd(0.1, 30, 0, 6);
  const v1::UnitOutcome part = RunSgd(0.1, 30, 4, 2);
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(ContentDigest(all.runs(4 + run)), ContentDigest(part.runs(run)));
  }
  EXPECT_NE(all.runs(0).initial_loss(), all.runs(1).initial_loss());
}

TEST(RunUnit, AnUnknownRuleIsRefused) {
  v1::EvaluationUnit unit = QuadraticUnit(0.1, 10);
  unit.mutable_baseline()->set_rule("adamm");
  DataStore data("/nowhere");
  const auto task = MakeTask(unit.task(), data);
  EXPECT_EQ(RunUnit(unit, {}, **task).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(TaskShelf, KeepsTheLastFewAndPassesErrorsOn) {
  DataStore data("/nowhere");
  TaskShelf shelf(data);
  v1::Task task;
  task.mutable_quadratic()->set_dimension(2);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  const auto first = shelf.Get(task), again = shelf.Get(task);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->get(), again->get());
  for (uint32_t dimension = 3; dimension < 9; ++dimension) {
    task.mutable_quadratic()->set_dimension(dimension);
    EXPECT_TRUE(shelf.Get(task).ok());
  }
  task.mutable_quadratic()->set_dimension(2);
  EXPECT_NE(shelf.Get(task)->get(), first->get());
  const v1::Task images = *ParseTask("{image_mlp: {hidden: [4]}}", "task");
  EXPECT_EQ(shelf.Get(images).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace paceline
