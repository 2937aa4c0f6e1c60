#include "coordinator/outer/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

namespace paceline {
namespace {

v1::Outer Cosine(uint32_t steps, uint32_t warmup, double final_factor) {
  v1::Outer config;
  config.set_steps(steps);
  config.mutable_schedule()->mutable_cosine()->set_warmup_steps(warmup);
  config.mutable_schedule()->mutable_cosine()->set_final_factor(final_factor);
  return config;
}

v1::Outer Piecewise(const std::vector<std::pair<uint32_t, double>>& boundaries) {
  v1::Outer config;
  config.set_steps(100);
  for (const auto& [step, factor] : boundaries) {
    v1::PiecewiseBoundary& boundary =
        *config.mutable_schedule()->mutable_piecewise()->add_boundaries();
    boundary.set_step(step);
    boundary.set_factor(factor);
  }
  return config;
}

TEST(Schedule, AbsentAndConstantAreOne) {
  v1::Outer config;
  EXPECT_EQ(ScheduleFactor(config, 5), 1);
  config.mutable_schedule()->mutable_constant();
  EXPECT_EQ(ScheduleFactor(config, 5), 1);
}

TEST(Schedule, CosineRisesOverTheWarmUp) {
  const v1::Outer config = Cosine(101, 10, 0);
  EXPECT_EQ(ScheduleFactor(config, 0), 0);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 3), 0.3);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 9), 0.9);
  EXPECT_EQ(ScheduleFactor(config, 10), 1);
}

TEST(Schedule, CosineFallsToItsFinalFactorAtTheLastStep) {
  const v1::Outer config = Cosine(101, 0, 0.2);
  EXPECT_EQ(ScheduleFactor(config, 0), 1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 50), 0.6);
  EXPECT_EQ(ScheduleFactor(config, 100), 0.2);
  for (int step = 0; step <= 100; ++step) {
    EXPECT_NEAR(ScheduleFactor(config, step), 0.2 + 0.8 * (1 + std::cos(M_PI * step / 100)) / 2,
                1e-15)
        << step;
  }
}

// As the formula has it; outer.proto says so. To change it would change θ of every such job.
TEST(Schedule, CosineToNothingGivesTheLastUpdateNothingAndTheOneBeforeSomething) {
  EXPECT_EQ(ScheduleFactor(Cosine(101, 0, 0), 100), 0);
  EXPECT_GT(ScheduleFactor(Cosine(101, 0, 0), 99), 0);
}

TEST(Schedule, CosineStaysAtItsFinalFactorBeyondTheEnd) {
  EXPECT_EQ(ScheduleFactor(Cosine(101, 0, 0.2), 500), 0.2);
}

TEST(Schedule, CosineWhoseWarmUpIsAsLongAsTheJobIsAllWarmUp) {
  EXPECT_DOUBLE_EQ(ScheduleFactor(Cosine(10, 10, 0), 9), 0.9);
  EXPECT_DOUBLE_EQ(ScheduleFactor(Cosine(10, 50, 0), 9), 0.18);
}

TEST(Schedule, PiecewiseFactorsHoldFromTheirBoundaryOn) {
  const v1::Outer config = Piecewise({{10, 0.5}, {20, 0.1}});
  EXPECT_EQ(ScheduleFactor(config, 0), 1);
  EXPECT_EQ(ScheduleFactor(config, 9), 1);
  EXPECT_EQ(ScheduleFactor(config, 10), 0.5);
  EXPECT_EQ(ScheduleFactor(config, 19), 0.5);
  EXPECT_EQ(ScheduleFactor(config, 20), 0.1);
  EXPECT_EQ(ScheduleFactor(config, 99), 0.1);
}

TEST(Schedule, TheOrderInWhichBoundariesAreWrittenDoesNotMatter) {
  const v1::Outer config = Piecewise({{20, 0.1}, {10, 0.5}});
  EXPECT_EQ(ScheduleFactor(config, 15), 0.5);
  EXPECT_EQ(ScheduleFactor(config, 25), 0.1);
}

TEST(Schedule, InverseSquareRootRisesToOneAndFallsFromThere) {
  v1::Outer config;
  config.set_steps(10000);
  config.mutable_schedule()->mutable_inverse_sqrt()->set_warmup_steps(100);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 0), 0.01);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 49), 0.5);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 99), 1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 399), 0.5);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 9999), 0.1);
}

TEST(Schedule, LinesJoinTheirPointsAndAreLevelBeyond) {
  v1::Outer config;
  config.set_steps(1000);
  for (const auto& [step, factor] :
       {std::pair(10u, 0.0), std::pair(20u, 1.0), std::pair(120u, 0.5)}) {
    v1::LinearPoint& point = *config.mutable_schedule()->mutable_linear()->add_points();
    point.set_step(step);
    point.set_factor(factor);
  }
  EXPECT_EQ(ScheduleFactor(config, 0), 0);
  EXPECT_EQ(ScheduleFactor(config, 10), 0);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 13), 0.3);
  EXPECT_EQ(ScheduleFactor(config, 20), 1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 70), 0.75);
  EXPECT_EQ(ScheduleFactor(config, 120), 0.5);
  EXPECT_EQ(ScheduleFactor(config, 999), 0.5);
}

TEST(Schedule, ExponentialFallsByItsRateEverySoManySteps) {
  v1::Outer config;
  config.set_steps(1000);
  config.mutable_schedule()->mutable_exponential()->set_rate(0.9);
  config.mutable_schedule()->mutable_exponential()->set_steps(30);
  for (const int step : {0, 1, 7, 30, 45, 300, 999}) {
    const double expected = std::pow(0.9, step / 30.0);
    EXPECT_NEAR(ScheduleFactor(config, step), expected, 1e-14 * expected) << step;
  }
}

TEST(Schedule, CosineIsOverTheUpdatesWhereSeveralOuterStepsMakeOne) {
  v1::Outer config = Cosine(400, 0, 0.2);
  config.set_accumulate(4);
  EXPECT_EQ(UpdatesOf(config), 100);
  EXPECT_EQ(ScheduleFactor(config, 99), 0.2);
}

}  // namespace
}  // namespace paceline
