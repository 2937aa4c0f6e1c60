#include "worker/eval/tuning.h"

#include <gtest/gtest.h>

#include "worker/baselines/adamw.h"
#include "worker/baselines/learnable.h"

namespace paceline {
namespace {

TrainingRuns QuadraticRuns(DataStore& data) {
  v1::Task task;
  task.mutable_quadratic()->set_dimension(4);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  return *TrainingRuns::Create(task, v1::ENGINE_AUTO, data, 1);
}

double LossOf(const Baseline& baseline, const TrainingRuns& runs, const Setting& setting) {
  const auto results =
      runs.Run(baseline, PlanRuns(7, 2, ThetaAt(baseline, setting)), 20, TestLoss::kLeftOut);
  return results->front().training_loss + results->back().training_loss;
}

TEST(TuningTest, OfOneKnobEveryValueIsTried) {
  DataStore data("/nowhere");
  const TrainingRuns runs = QuadraticRuns(data);
  const Baseline sgd = SgdBaseline();
  const auto tuned = Tune(sgd, runs, 7, 20, {.seeds = 2});
  ASSERT_TRUE(tuned.ok()) << tuned.status();
  EXPECT_EQ(tuned->tried, sgd.knobs[0].values.size());
  for (size_t value = 0; value < tuned->tried; ++value) {
    EXPECT_LE(LossOf(sgd, runs, tuned->setting), LossOf(sgd, runs, {value})) << value;
  }
}

TEST(TuningTest, NeighboursOfTheBestMakeItBetter) {
  DataStore data("/nowhere");
  const TrainingRuns runs = QuadraticRuns(data);
  const Baseline adamw = AdamWBaseline();
  const auto spread = Tune(adamw, runs, 7, 20, {.settings = 5, .rounds = 0, .seeds = 2});
  const auto refined = Tune(adamw, runs, 7, 20, {.settings = 5, .rounds = 3, .seeds = 2});
  ASSERT_TRUE(spread.ok() && refined.ok());
  EXPECT_EQ(spread->tried, 5u);
  EXPECT_GT(refined->tried, 5u);
  EXPECT_LT(LossOf(adamw, runs, refined->setting), LossOf(adamw, runs, spread->setting));
}

}  // namespace
}  // namespace paceline
