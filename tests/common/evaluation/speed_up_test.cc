#include "common/evaluation/speed_up.h"

#include <algorithm>
#include <cmath>

#include "common/evaluation/loss_curve.h"
#include "common/evaluation/metrics.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

using testing::ElementsAre;

LossFunction Exponential(double rate) {
  return [rate](double updates) { return 0.1 + 2 * std::exp(-rate * updates); };
}

LossFunction Straight(double from, double slope) {
  return [=](double updates) { return from - slope * updates; };
}

std::function<LossFunction(int)> Always(const LossFunction& loss) {
  return [loss](int) { return loss; };
}

// Of the contestant over the only baseline, "reference".
double SpeedUpOf(const LossFunction& reference, const LossFunction& contestant, uint64_t steps,
                 size_t points = 100) {
  const auto evaluation =
      OneCase({{"mine", "", Always(contestant)}, {"reference", "10 rates", Always(reference)}},
              steps, 2, points);
  return MetricsOf(evaluation).cases[0].entries[0].speed_up->value;
}

TEST(LossCurveTest, PointsStandInTheMiddleOfTheUpdatesBeforeTheirLosses) {
  // Losses of steps 1 to 10 were measured after 0 to 9 updates.
  const CurveGrid grid = GridOf({1000, 100});
  EXPECT_EQ(grid.places[0], 0);
  EXPECT_EQ(grid.places[1], 4.5);
  EXPECT_EQ(grid.places.size(), 101u);
  EXPECT_THAT(GridOf({4, 4}).places, ElementsAre(0, 1, 2, 3));
  // The last span is shorter.
  EXPECT_THAT(GridOf({10, 4}).places, ElementsAre(0, 1, 4, 7, 9));
  EXPECT_THAT(GridOf({10, 4}).counts, ElementsAre(1, 3, 3, 3, 1));
}

TEST(LossCurveTest, TheFitNeverRisesAndKeepsWhatNeverRose) {
  const std::vector<double> once(5, 1);
  const std::vector<double> falling = {5, 4, 4, 2, 1};
  EXPECT_EQ(FallingFit(falling, once), falling);
  EXPECT_THAT(FallingFit(std::vector<double>{4, 3, 5, 1, 2}, once), ElementsAre(4, 4, 4, 1.5, 1.5));
  EXPECT_THAT(FallingFit(std::vector<double>{1, 2, 3, 4, 5}, once), ElementsAre(3, 3, 3, 3, 3));
  // A mean of three losses weighs three times.
  EXPECT_THAT(FallingFit(std::vector<double>{1, 5}, std::vector<double>{3, 1}), ElementsAre(2, 2));
}

TEST(LossCurveTest, ReachIsOnStraightLinesBetweenPoints) {
  const std::vector<double> places = {0, 10, 20, 30}, falling = {4, 3, 3, 1};
  EXPECT_EQ(FirstReach(places, falling, 4), 0);
  EXPECT_EQ(FirstReach(places, falling, 3.5), 5);
  EXPECT_EQ(FirstReach(places, falling, 3), 10);
  EXPECT_EQ(FirstReach(places, falling, 2), 25);
  EXPECT_EQ(FirstReach(places, falling, 0.9), std::nullopt);
}

TEST(SpeedUpTest, TheReferenceOverItselfIsExactlyOne) {
  for (const uint64_t steps : {3, 10, 57, 100, 150, 1000, 1009}) {
    EXPECT_EQ(SpeedUpOf(Exponential(0.004), Exponential(0.004), steps), 1) << steps;
  }
}

TEST(SpeedUpTest, ACurveAtHalfTheTimeIsTwiceAsFast) {
  EXPECT_NEAR(SpeedUpOf(Straight(5, 0.001), Straight(5, 0.002), 1000), 2, 1e-6);
  EXPECT_NEAR(SpeedUpOf(Exponential(0.003), Exponential(0.006), 1000), 2, 0.002);
  EXPECT_NEAR(SpeedUpOf(Exponential(0.003), Exponential(0.030), 1000), 10, 0.1);
}

TEST(SpeedUpTest, ItDoesNotDependOnTheNumberOfPoints) {
  for (const size_t points : {25, 50, 100, 200}) {
    EXPECT_NEAR(SpeedUpOf(Exponential(0.003), Exponential(0.009), 1000, points), 3, 0.03) << points;
    EXPECT_NEAR(SpeedUpOf(Exponential(0.003), Exponential(0.0015), 1000, points), 0.5, 0.005)
        << points;
  }
}

TEST(SpeedUpTest, SlowerIsThePartOfTheReferencesWay) {
  // At a quarter of the pace the end is where the reference was at a quarter of its way.
  EXPECT_NEAR(SpeedUpOf(Straight(5, 0.004), Straight(5, 0.001), 1000), 0.25, 1e-6);
}

TEST(SpeedUpTest, AnEarlyPlateauJustAboveTheGoalIsNoSpeedUp) {
  // It is at its final loss after 100 updates, the reference only after 900: nine times as fast by
  // a rule that divides by its own updates to there, though it never reaches the goal.
  const auto plateau = [](double updates) { return std::max(5 - 0.009 * updates, 4.1); };
  EXPECT_NEAR(SpeedUpOf(Straight(5, 0.001), plateau, 1000), 0.9 / 0.95, 0.01);
}

TEST(SpeedUpTest, ACollapseAndADivergenceAreZeroWhateverCameBefore) {
  const auto rises = [](double updates) { return updates < 500 ? 5 - 0.009 * updates : 7; };
  EXPECT_EQ(SpeedUpOf(Straight(5, 0.004), rises, 1000), 0);
  auto evaluation = OneCase({{"mine", "", Always(Straight(5, 0.009))},
                             {"reference", "10 rates", Always(Straight(5, 0.004))}},
                            1000, 2);
  EXPECT_GT(MetricsOf(evaluation).cases[0].entries[0].speed_up->value, 2);
  for (auto& run : *evaluation.mutable_entries(0)->mutable_runs()) {
    run.set_diverged(true);
    run.set_training_loss(run.initial_loss());
  }
  EXPECT_EQ(MetricsOf(evaluation).cases[0].entries[0].speed_up->value, 0);
}

TEST(SpeedUpTest, LuckyBatchesAreNoProgress) {
  // Both stand on a noisy floor for most of the time, the contestant a quarter of the noise higher:
  // its lowest spans are below the reference's mean long before the end.
  const auto noisy = [](double floor, int phase) {
    return [=](int run) -> LossFunction {
      return [=](double updates) {
        const double noise = std::sin(updates * 12.9898 + 78.233 * (run + phase)) * 43758.5453;
        return floor + 2 * std::exp(-0.02 * updates) + 0.2 * (noise - std::floor(noise) - 0.5);
      };
    };
  };
  const auto evaluation =
      OneCase({{"mine", "", noisy(1.02, 50)}, {"reference", "10 rates", noisy(1, 0)}}, 1000, 10);
  const EntryMetrics mine = MetricsOf(evaluation).cases[0].entries[0];
  EXPECT_LT(mine.speed_up->value, 0.8);
  EXPECT_FALSE(mine.updates_to_goal);
}

TEST(SpeedUpTest, WhatIsLostAgainWasNotReached) {
  const auto returns = [](double updates) {
    return updates < 500 ? 5 - 0.008 * updates : 1 + 0.007 * (updates - 500);
  };
  const double speed_up = SpeedUpOf(Straight(5, 0.003), returns, 1000);
  EXPECT_LT(speed_up, 1);
  EXPECT_GT(speed_up, 0);
}

TEST(SpeedUpTest, OneDivergedRunOfSeveralWeighsAsItsInitialLoss) {
  auto evaluation = OneCase({{"mine", "", Always(Straight(5, 0.0042))},
                             {"reference", "10 rates", Always(Straight(5, 0.004))}},
                            1000, 10);
  EXPECT_GT(MetricsOf(evaluation).cases[0].entries[0].speed_up->value, 1);
  auto& run = *evaluation.mutable_entries(0)->mutable_runs(3);
  run.set_diverged(true);
  run.set_training_loss(run.initial_loss());
  // Nine tenths of its way at 1.05 times the pace.
  EXPECT_NEAR(MetricsOf(evaluation).cases[0].entries[0].speed_up->value, 0.9 * 1.05, 0.01);
}

TEST(SpeedUpTest, TheReferenceIsOneSettingAndNoEnvelope) {
  // One rate is fast and stops high, one is slow and ends low; their envelope would need 800
  // updates less than the slow one for every loss above 3.
  const auto fast = [](double updates) { return std::max(5 - 0.02 * updates, 3.0); };
  const auto slow = Straight(5, 0.004);
  const auto evaluation = OneCase({{"mine", "", Always(slow)},
                                   {"fast", "10 rates", Always(fast)},
                                   {"slow", "10 rates", Always(slow)}},
                                  1000, 2);
  const CaseMetrics its_case = MetricsOf(evaluation).cases[0];
  EXPECT_EQ(its_case.reference, 2u);
  EXPECT_EQ(its_case.entries[0].speed_up->value, 1);
  // Where the slow one was after 500 of the 950 updates to its goal.
  EXPECT_NEAR(its_case.entries[1].speed_up->value, 500.0 / 950, 0.005);
}

TEST(SpeedUpTest, ThereIsNoneWithoutABaselineOrWhereNoBaselineLearns) {
  const auto alone = OneCase({{"mine", "", Always(Straight(5, 0.004))}}, 100, 2);
  EXPECT_FALSE(MetricsOf(alone).cases[0].entries[0].speed_up);
  const auto flat = OneCase(
      {{"mine", "", Always(Straight(5, 0.004))}, {"reference", "10 rates", Always(Straight(5, 0))}},
      100, 2);
  EXPECT_FALSE(MetricsOf(flat).cases[0].entries[0].speed_up);
  EXPECT_FALSE(MetricsOf(flat).contestants[0].speed_up);
}

TEST(SpeedUpTest, LossesMayBeNegative) {
  EXPECT_NEAR(SpeedUpOf(Straight(-1, 0.001), Straight(-1, 0.002), 1000), 2, 1e-6);
}

}  // namespace
}  // namespace paceline
