#include "coordinator/series/buckets.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace paceline {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

TEST(BucketsTest, EachKeepsTheLeastTheGreatestTheMeanAndItsLastStep) {
  Buckets buckets(4);
  for (int step = 1; step <= 10; ++step) buckets.Add(step, static_cast<float>(step * step));
  ASSERT_EQ(buckets.all().size(), 3u);
  const Bucket& second = buckets.all()[1];
  EXPECT_EQ(second.step, 8);
  EXPECT_EQ(second.least, 25);
  EXPECT_EQ(second.greatest, 64);
  EXPECT_EQ(second.mean(), (25 + 36 + 49 + 64) / 4.0);
  EXPECT_EQ(buckets.all()[2].step, 10);
}

TEST(BucketsTest, WhatIsNoFiniteNumberDoesNotCount) {
  Buckets buckets(3);
  const float values[] = {kNone, 2, INFINITY, kNone, kNone, -INFINITY};
  for (int i = 0; i < 6; ++i) buckets.Add(i + 1, values[i]);
  ASSERT_EQ(buckets.all().size(), 2u);
  EXPECT_EQ(buckets.all()[0].mean(), 2);
  EXPECT_EQ(buckets.all()[0].greatest, 2);
  EXPECT_EQ(buckets.all()[1].values, 0u);
  EXPECT_TRUE(std::isnan(buckets.all()[1].mean()));
}

TEST(BucketsTest, SoManyStepsFillAtMostThePointsAndNotFarFewer) {
  std::mt19937 random(11);
  for (int i = 0; i < 2000; ++i) {
    const int64_t first = 1 + random() % 2000, last = first + random() % 1'000'000;
    const int64_t points = 1 + random() % 1000;
    const int64_t steps = BucketSteps(first, last, points);
    const int64_t filled = (last - 1) / steps - (first - 1) / steps + 1;
    EXPECT_LE(filled, points) << first << " " << last;
    const int64_t wanted = std::min(points, last - first + 1);
    EXPECT_GE(3 * filled + 2, wanted) << first << " to " << last << " in " << points;
  }
  EXPECT_EQ(BucketSteps(1, 600, 600), 1);
  EXPECT_EQ(BucketSteps(1, 601, 600), 2);
  EXPECT_EQ(BucketSteps(1, 1, 600), 1);
}

}  // namespace
}  // namespace paceline
