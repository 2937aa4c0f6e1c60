#include "common/noise/truncated_normal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace paceline {
namespace {

constexpr Stream kStream = {.key = 11, .purpose = Purpose::kTaskInit, .particle = 5};
constexpr size_t kCount = 1 << 18;

std::vector<float> Fill(size_t count, double stddev = 1) {
  std::vector<float> values(count);
  FillTruncatedNormals(kStream, stddev, values);
  return values;
}

TEST(TruncatedNormal, NoValueIsBeyondTwoStandardDeviations) {
  double largest = 0;
  for (const float value : Fill(kCount, 0.25)) largest = std::max<double>(largest, std::abs(value));
  EXPECT_LE(largest, 0.5);
  EXPECT_GT(largest, 0.499);
}

TEST(TruncatedNormal, TheMomentsAreThoseOfTheTruncatedDistribution) {
  double sum = 0, squares = 0;
  for (const float value : Fill(kCount)) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0, 5 * 0.88 / std::sqrt(kCount));
  EXPECT_NEAR(squares / kCount, 0.87962566 * 0.87962566, 5 * 0.9 / std::sqrt(kCount));
}

TEST(TruncatedNormal, AcceptedNormalsAreTheStreamsOwnAndTheOthersAreDrawnAgain) {
  std::vector<float> normals(kCount);
  FillNormals(kStream, 0, normals);
  const std::vector<float> values = Fill(kCount);
  int redrawn = 0;
  for (size_t i = 0; i < kCount; ++i) {
    if (std::abs(normals[i]) <= 2) {
      ASSERT_EQ(values[i], normals[i]);
    } else {
      ++redrawn;
    }
  }
  EXPECT_NEAR(redrawn / static_cast<double>(kCount), 0.0455, 0.003);
}

TEST(TruncatedNormal, AnElementDependsOnNoOther) {
  const std::vector<float> longer = Fill(1000);
  const std::vector<float> shorter = Fill(777);
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), longer.begin()));
}

TEST(TruncatedNormal, TheValuesScaleWithTheStandardDeviation) {
  const std::vector<float> one = Fill(100);
  const std::vector<float> half = Fill(100, 0.5);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_EQ(half[i], 0.5f * one[i]);
}

}  // namespace
}  // namespace paceline
