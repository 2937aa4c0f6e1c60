#include "worker/task/augment/arithmetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "worker/task/augment/delay_line.h"
#include "worker/task/batch_change.h"

namespace paceline {
namespace {

using Floats = std::vector<float>;

// All finite values ≥ 0 of a format with so many bits of exponent and fraction, rising: by its
// definition, not by bits of floats. Number i is even where the format's last bit is.
std::vector<double> ValuesOf(int exponent_bits, int fraction_bits) {
  std::vector<double> values;
  const int bias = (1 << (exponent_bits - 1)) - 1, most = (1 << exponent_bits) - 2;
  for (int exponent = 0; exponent <= most; ++exponent) {
    for (int fraction = 0; fraction < 1 << fraction_bits; ++fraction) {
      const int whole = exponent == 0 ? fraction : fraction + (1 << fraction_bits);
      values.push_back(std::ldexp(whole, std::max(exponent, 1) - bias - fraction_bits));
    }
  }
  return values;
}

void ExpectNearestOf(v1::StorageType type, const std::vector<double>& values, double value) {
  const auto above = std::ranges::lower_bound(values, value);
  const size_t high = static_cast<size_t>(above - values.begin());
  ASSERT_GT(high, 0u);
  const double low = values[high - 1];
  // Past the last value as if there were one more.
  const bool last = high == values.size();
  const double next = last ? 2 * low - values[high - 2] : *above;
  const double middle = (low + next) / 2;
  const bool up = value > middle || (value == middle && high % 2 == 0);
  const double expected = !up ? low : last ? INFINITY : next;
  const auto rounded = static_cast<double>(RoundTo(type, static_cast<float>(value)));
  ASSERT_EQ(rounded, expected) << value;
  ASSERT_EQ(RoundTo(type, static_cast<float>(-value)), -expected) << value;
}

// Every value, the middle between it and the next one, and what is just beside that.
void ExpectNearestEverywhere(v1::StorageType type, const std::vector<double>& values) {
  for (size_t i = 0; i + 1 < values.size(); ++i) {
    const auto value = static_cast<float>(values[i]);
    ASSERT_EQ(RoundTo(type, value), value);
    const auto middle = static_cast<float>((values[i] + values[i + 1]) / 2);
    for (const float near :
         {std::nextafter(middle, 0.0f), middle, std::nextafter(middle, INFINITY)}) {
      if (near == 0) continue;
      ExpectNearestOf(type, values, near);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  const double largest = values.back();
  ExpectNearestOf(type, values, largest * (1 + 1e-7));
  for (const float beyond : {3.4e38f, INFINITY}) {
    if (beyond > largest * 1.01) {
      EXPECT_EQ(RoundTo(type, beyond), INFINITY);
    }
  }
}

TEST(RoundTo, F16IsTheNearestAndTiesAreEven) {
  const std::vector<double> values = ValuesOf(5, 10);
  EXPECT_EQ(values.back(), 65504);
  ExpectNearestEverywhere(v1::STORAGE_TYPE_F16, values);
  EXPECT_EQ(RoundTo(v1::STORAGE_TYPE_F16, 65519.0f), 65504);
  EXPECT_EQ(RoundTo(v1::STORAGE_TYPE_F16, 65520.0f), INFINITY);
}

TEST(RoundTo, Bf16IsTheNearestAndTiesAreEven) {
  ExpectNearestEverywhere(v1::STORAGE_TYPE_BF16, ValuesOf(8, 7));
}

TEST(RoundTo, ZerosKeepTheirSignAndNoNumberStaysNone) {
  for (const v1::StorageType type : {v1::STORAGE_TYPE_F16, v1::STORAGE_TYPE_BF16}) {
    EXPECT_TRUE(std::signbit(RoundTo(type, -0.0f)));
    EXPECT_FALSE(std::signbit(RoundTo(type, 0.0f)));
    EXPECT_TRUE(std::isnan(RoundTo(type, NAN)));
    EXPECT_TRUE(std::isnan(RoundTo(type, std::bit_cast<float>(0x7f800001u))));
  }
}

Floats Random(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Floats values(size);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(Dot, IsTheSumOfProducts) {
  for (const size_t size : {0, 1, 7, 8, 9, 31, 64}) {
    const Floats a = Random(size, 1), b = Random(size, 2);
    double expected = 0;
    for (size_t i = 0; i < size; ++i) expected += static_cast<double>(a[i]) * b[i];
    EXPECT_NEAR(Dot(a, b), expected, 1e-12) << size;
  }
}

TEST(AddProjection, OfOrthogonalDirectionsIsTheGradientAgain) {
  const Floats gradient = {3, -4, 0.5};
  Floats sum(3), signs(3);
  for (const Floats& direction : {Floats{2, 0, 0}, Floats{0, -5, 0}, Floats{0, 0, 0.25}}) {
    AddProjection(gradient, direction, /*sign=*/false, sum);
    AddProjection(gradient, direction, /*sign=*/true, signs);
  }
  EXPECT_EQ(sum, gradient);
  EXPECT_EQ(signs, (Floats{1, -1, 1}));
  AddProjection(gradient, Floats{0, 0, 0}, false, sum);
  EXPECT_EQ(sum, gradient);
}

TEST(Normalize, HasLengthOneButForAGradientOfZero) {
  Floats gradient = Random(33, 4), zero(5);
  const Floats before = gradient;
  Normalize(gradient);
  EXPECT_NEAR(Dot(gradient, gradient), 1, 1e-6);
  EXPECT_NEAR(gradient[7] / gradient[2], before[7] / before[2], 1e-5);
  Normalize(zero);
  EXPECT_EQ(zero, Floats(5));
  Floats huge(2, 3e38f);
  Normalize(huge);
  EXPECT_NEAR(huge[0], std::sqrt(0.5), 1e-7) << "no sum overflows";
}

TEST(AddNoise, IsInProportionToTheRootMeanSquare) {
  Floats gradient = {3, -3, 3, -3};
  AddNoise(0.5, Floats{1, 0, -2, 4}, gradient);
  EXPECT_EQ(gradient, (Floats{4.5, -3, 0, 3}));
}

// Exact for a linear function, whatever sigma is.
TEST(AddEsPair, OfALinearFunctionIsItsSlopeAlongTheDirection) {
  const Floats e = {0.5, -0.25};
  Floats gradient(2);
  AddEsPair(1 + 0.5f, 1 - 0.5f, /*sigma=*/0.5, /*pairs=*/2, e, gradient);
  EXPECT_EQ(gradient, (Floats{0.5, -0.25}));
}

TEST(DelayLine, HasTheParametersOfSoManyStepsBefore) {
  for (const size_t delay : {0, 1, 3}) {
    DelayLine line(delay, Floats{0, 0});
    for (int64_t step = 0; step < 9; ++step) {
      const auto number = static_cast<float>(step);
      const Floats now = {number, -number};
      const float expected = std::max(0.0f, number - static_cast<float>(delay));
      EXPECT_EQ(line.Before(step, now)[0], expected) << delay << " " << step;
      EXPECT_EQ(line.Before(step, now)[1], -expected);
      line.Push(step, now);
    }
    EXPECT_EQ(line.values().size(), 2 * delay);
  }
}

TEST(BatchChange, RedrawsSoManyLabelsFromAllClasses) {
  constexpr int kLabels = 20000, kClasses = 5;
  const BatchChange change = {.label_noise = 0.3};
  const std::vector<int32_t> before(kLabels, 2);
  std::vector<int32_t> labels = before;
  change.RedrawLabels({1, 2, 3}, 4, kClasses, labels);
  std::vector<int> counts(kClasses);
  for (const int32_t label : labels) ++counts.at(static_cast<size_t>(label));
  for (int label = 0; label < kClasses; ++label) {
    const double part = 0.3 / kClasses + (label == 2 ? 0.7 : 0);
    EXPECT_NEAR(counts[static_cast<size_t>(label)] / double{kLabels}, part,
                4 * std::sqrt(part * (1 - part) / kLabels));
  }
  std::vector<int32_t> again = before, other = before, few(before.begin(), before.begin() + 10);
  change.RedrawLabels({1, 2, 3}, 4, kClasses, again);
  EXPECT_EQ(again, labels);
  change.RedrawLabels({1, 2, 3}, 5, kClasses, other);
  EXPECT_NE(other, labels);
  change.RedrawLabels({1, 2, 3}, 4, kClasses, few);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), labels.begin())) << "a label has its own numbers";
  std::vector<int32_t> all = before;
  BatchChange{.label_noise = 1}.RedrawLabels({1, 2, 3}, 4, 2, all);
  EXPECT_EQ(std::ranges::count(all, 2), 0);
}

}  // namespace
}  // namespace paceline
