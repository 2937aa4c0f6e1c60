#include "common/baseline/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace paceline {
namespace {

std::vector<double> FactorsOf(const Schedule& schedule, int64_t updates) {
  std::vector<double> factors;
  for (int64_t i = 0; i < updates; ++i) factors.push_back(ScheduleFactor(schedule, i, updates));
  return factors;
}

void ExpectNear(const std::vector<double>& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-12) << i;
}

TEST(ScheduleTest, RisesOnALineAndFallsOnALine) {
  ExpectNear(FactorsOf({.kind = ScheduleKind::kLinear, .warmup = 0.2}, 10),
             {0.5, 1, 1, 7.0 / 8, 6.0 / 8, 5.0 / 8, 4.0 / 8, 3.0 / 8, 2.0 / 8, 1.0 / 8});
}

TEST(ScheduleTest, HoldsAndStopsAtAFloor) {
  ExpectNear(FactorsOf({.kind = ScheduleKind::kLinear, .hold = 0.5, .floor = 0.2}, 8),
             {1, 1, 1, 1, 1, 0.8, 0.6, 0.4});
}

TEST(ScheduleTest, FallsAlongHalfACosine) {
  const Schedule schedule = {.kind = ScheduleKind::kCosine};
  EXPECT_EQ(ScheduleFactor(schedule, 0, 8), 1);
  EXPECT_NEAR(ScheduleFactor(schedule, 4, 8), 0.5, 1e-15);
  EXPECT_NEAR(ScheduleFactor(schedule, 7, 8), (1 + std::cos(7 * std::numbers::pi / 8)) / 2, 1e-15);
}

TEST(ScheduleTest, FallsAsAnInverseRootFromTheEndOfItsWarmUp) {
  ExpectNear(FactorsOf({.kind = ScheduleKind::kInverseRoot, .warmup = 0.5}, 4),
             {0.5, 1, 1, std::sqrt(2.0 / 3)});
  ExpectNear(FactorsOf({.kind = ScheduleKind::kInverseRoot}, 3),
             {1, std::sqrt(1.0 / 2), std::sqrt(1.0 / 3)});
}

TEST(ScheduleTest, FallsExponentiallyByAPartOrToAFloor) {
  ExpectNear(FactorsOf({.kind = ScheduleKind::kExponential, .decay = 0.5}, 3), {1, 0.5, 0.25});
  ExpectNear(FactorsOf({.kind = ScheduleKind::kExponential, .floor = 0.0625}, 4),
             {1, 0.5, 0.25, 0.125});
  EXPECT_NEAR(ScheduleFactor({.kind = ScheduleKind::kExponential}, 10, 10), 0.01, 1e-12);
}

TEST(ScheduleTest, GoesThroughThePointsThatItIsGiven) {
  const Schedule schedule = {
      .kind = ScheduleKind::kPiecewise, .points = {0.25, 0.75}, .factors = {1, 0.2}};
  ExpectNear(FactorsOf(schedule, 8), {1, 1, 1, 0.8, 0.6, 0.4, 0.2, 0.2});
  const Schedule rising = {
      .kind = ScheduleKind::kPiecewise, .warmup_updates = 4, .points = {0}, .factors = {2}};
  ExpectNear(FactorsOf(rising, 5), {0.5, 1, 1.5, 2, 2});
}

TEST(ScheduleTest, NoUpdateOfATrainingIsWasted) {
  for (const auto kind : {ScheduleKind::kConstant, ScheduleKind::kLinear, ScheduleKind::kCosine,
                          ScheduleKind::kInverseRoot, ScheduleKind::kExponential}) {
    for (const double warmup : {0.0, 0.05, 0.2, 1.0}) {
      for (const int64_t updates : {1, 2, 7, 100}) {
        for (int64_t i = 0; i < updates; ++i) {
          const double factor = ScheduleFactor({.kind = kind, .warmup = warmup}, i, updates);
          EXPECT_GT(factor, 0) << static_cast<int>(kind) << " " << warmup << " " << i;
          EXPECT_LE(factor, 1);
        }
      }
    }
  }
}

TEST(ScheduleTest, BeyondTheEndLinearAndCosineStayAtTheirFloor) {
  for (const auto kind : {ScheduleKind::kLinear, ScheduleKind::kCosine}) {
    EXPECT_EQ(ScheduleFactor({.kind = kind, .floor = 0.125}, 10, 10), 0.125);
    EXPECT_EQ(ScheduleFactor({.kind = kind, .hold = 1}, 12, 10), 0);
  }
}

}  // namespace
}  // namespace paceline
