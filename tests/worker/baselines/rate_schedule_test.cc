#include "worker/baselines/rate_schedule.h"

#include <cmath>
#include <numbers>

#include "gtest/gtest.h"

namespace paceline {
namespace {

TEST(RateScheduleTest, RisesOnALineAndFallsOnALine) {
  const RateSchedule schedule = {.warmup = 0.2};
  const double expected[] = {0.5,     1,       1,       7.0 / 8, 6.0 / 8,
                             5.0 / 8, 4.0 / 8, 3.0 / 8, 2.0 / 8, 1.0 / 8};
  for (int64_t i = 0; i < 10; ++i) EXPECT_DOUBLE_EQ(RateFactor(schedule, i, 10), expected[i]) << i;
}

TEST(RateScheduleTest, FallsAlongHalfACosine) {
  const RateSchedule schedule = {.cosine = true};
  EXPECT_EQ(RateFactor(schedule, 0, 8), 1);
  EXPECT_NEAR(RateFactor(schedule, 4, 8), 0.5, 1e-15);
  EXPECT_NEAR(RateFactor(schedule, 7, 8), (1 + std::cos(7 * std::numbers::pi / 8)) / 2, 1e-15);
}

TEST(RateScheduleTest, NoUpdateOfATrainingIsWasted) {
  for (const double warmup : {0.0, 0.05, 0.2}) {
    for (const bool cosine : {false, true}) {
      for (const int64_t steps : {1, 2, 7, 100}) {
        for (int64_t i = 0; i < steps; ++i) {
          const double factor = RateFactor({warmup, cosine}, i, steps);
          EXPECT_GT(factor, 0) << warmup << " " << steps << " " << i;
          EXPECT_LE(factor, 1);
        }
        EXPECT_EQ(RateFactor({warmup, cosine}, steps, steps), 0);
      }
    }
  }
}

}  // namespace
}  // namespace paceline
