// Errors of the elementary functions, in units in the last place of the float nearest the true
// value.
#include "common/lane/math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace paceline::lane {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

using FloatFunction = Scalar (*)(Scalar);
using DoubleFunction = double (*)(double);

float Of(FloatFunction function, float x) { return function(Scalar::Set(x)).raw; }

double ErrorUlps(float got, double exact) {
  const double ulp = std::ldexp(1.0, std::max(std::ilogb(exact), -126) - 23);
  return std::abs(got - exact) / ulp;
}

// The largest error on a grid of `steps` + 1 points of [low, high].
double LargestError(FloatFunction function, DoubleFunction exact, double low, double high,
                    int steps = 1'000'000) {
  double largest = 0;
  for (int i = 0; i <= steps; ++i) {
    const float x = static_cast<float>(low + (high - low) * i / steps);
    largest = std::max(largest, ErrorUlps(Of(function, x), exact(x)));
  }
  return largest;
}

// As above on points spread evenly over the logarithms of [low, high].
double LargestErrorLog(FloatFunction function, DoubleFunction exact, double low, double high) {
  constexpr int kSteps = 1'000'000;
  double largest = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const float x = static_cast<float>(low * std::pow(high / low, static_cast<double>(i) / kSteps));
    largest = std::max(largest, ErrorUlps(Of(function, x), exact(x)));
  }
  return largest;
}

double LogisticOf(double x) { return 1 / (1 + std::exp(-x)); }
double InverseRootOf(double x) { return 1 / std::sqrt(x); }

TEST(LaneMath, ExpIsWithinItsBound) {
  EXPECT_LT(LargestError(Exp<Scalar>, std::exp, -87.3, 88.37), 1.2);
  EXPECT_LT(LargestError(Exp<Scalar>, std::exp, -1, 1), 1.2);
}

TEST(LaneMath, LogIsWithinItsBound) {
  EXPECT_LT(LargestErrorLog(Log<Scalar>, std::log, 1.2e-38, 3.4e38), 1.0);
  EXPECT_LT(LargestError(Log<Scalar>, std::log, 0.5, 2), 1.0);
}

TEST(LaneMath, SineAndCosineAreWithinTheirBounds) {
  EXPECT_LT(LargestError(SinReduced<Scalar>, std::sin, -M_PI_4, M_PI_4), 1.0);
  EXPECT_LT(LargestError(CosReduced<Scalar>, std::cos, -M_PI_4, M_PI_4), 1.5);
  EXPECT_LT(LargestError(Sin<Scalar>, std::sin, -100, 100), 2.5);
  EXPECT_LT(LargestError(Cos<Scalar>, std::cos, -100, 100), 2.5);
}

TEST(LaneMath, SineAndCosineOfLargeArgumentsAreAccurateInAbsoluteTerms) {
  double largest = 0;
  for (int i = -1'000'000; i <= 1'000'000; ++i) {
    const float x = 8191.0f * static_cast<float>(i) / 1e6f;
    largest = std::max(largest, std::abs(Of(Sin<Scalar>, x) - std::sin(double{x})));
    largest = std::max(largest, std::abs(Of(Cos<Scalar>, x) - std::cos(double{x})));
  }
  EXPECT_LT(largest, 1e-6);
}

TEST(LaneMath, TanhIsWithinItsBound) {
  EXPECT_LT(LargestError(Tanh<Scalar>, std::tanh, -12, 12), 1.5);
  EXPECT_LT(LargestErrorLog(Tanh<Scalar>, std::tanh, 1e-30, 100), 1.5);
}

TEST(LaneMath, SigmoidIsWithinItsBound) {
  EXPECT_LT(LargestError(Sigmoid<Scalar>, LogisticOf, -87, 40), 2.6);
}

TEST(LaneMath, RsqrtIsWithinItsBound) {
  EXPECT_LT(LargestErrorLog(Rsqrt<Scalar>, InverseRootOf, 1.2e-38, 3.4e38), 1.1);
  EXPECT_LT(LargestError(Rsqrt<Scalar>, InverseRootOf, 0.5, 4), 1.1);
}

TEST(LaneMath, ExpSaturatesAndPassesNanOn) {
  EXPECT_EQ(Of(Exp<Scalar>, 0), 1.0f);
  EXPECT_EQ(Of(Exp<Scalar>, -87.4f), 0.0f);
  EXPECT_EQ(Of(Exp<Scalar>, -kInfinity), 0.0f);
  EXPECT_EQ(Of(Exp<Scalar>, 89.0f), kInfinity);
  EXPECT_EQ(Of(Exp<Scalar>, kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(Of(Exp<Scalar>, kNan)));
}

TEST(LaneMath, SquashingFunctionsReachTheirLimits) {
  EXPECT_EQ(Of(Tanh<Scalar>, 0.0f), 0.0f);
  EXPECT_EQ(Of(Tanh<Scalar>, 100.0f), 1.0f);
  EXPECT_EQ(Of(Tanh<Scalar>, -100.0f), -1.0f);
  EXPECT_EQ(Of(Tanh<Scalar>, -kInfinity), -1.0f);
  EXPECT_TRUE(std::isnan(Of(Tanh<Scalar>, kNan)));
  EXPECT_EQ(Of(Sigmoid<Scalar>, 0.0f), 0.5f);
  EXPECT_EQ(Of(Sigmoid<Scalar>, 200.0f), 1.0f);
  EXPECT_EQ(Of(Sigmoid<Scalar>, -200.0f), 0.0f);
  EXPECT_TRUE(std::isnan(Of(Sigmoid<Scalar>, kNan)));
}

TEST(LaneMath, ExactPointsAreExact) {
  EXPECT_EQ(Of(Log<Scalar>, 1.0f), 0.0f);
  EXPECT_EQ(Of(Sin<Scalar>, 0.0f), 0.0f);
  EXPECT_EQ(Of(Cos<Scalar>, 0.0f), 1.0f);
  EXPECT_EQ(Of(Rsqrt<Scalar>, 4.0f), 0.5f);
}

TEST(LaneMath, PolynomialsAreEvaluatedHighestPowerFirst) {
  EXPECT_EQ(Polynomial(Scalar::Set(2.0f), 3.0f, 5.0f, 7.0f).raw, 3 * 4 + 5 * 2 + 7);
}

}  // namespace
}  // namespace paceline::lane
