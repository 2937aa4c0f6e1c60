#include "worker/task/activation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace paceline {
namespace {

using Function = double (*)(double);

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The formulas again, in float64 with the C library.
struct Case {
  v1::Activation activation;
  Function exact;
  std::vector<double> kinks;
};

const std::vector<Case>& Cases() {
  static const auto* cases = new std::vector<Case>{
      {v1::ACTIVATION_RELU, [](double x) { return std::max(x, 0.0); }, {0}},
      {v1::ACTIVATION_RELU6, [](double x) { return std::min(std::max(x, 0.0), 6.0); }, {0, 6}},
      {v1::ACTIVATION_SELU,
       [](double x) {
         return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
       },
       {0}},
      {v1::ACTIVATION_TANH, [](double x) { return std::tanh(x); }, {}},
      {v1::ACTIVATION_COS, [](double x) { return std::cos(x); }, {}},
      {v1::ACTIVATION_SIN, [](double x) { return std::sin(x); }, {}},
      {v1::ACTIVATION_SIGMOID, Sigmoid, {}},
      {v1::ACTIVATION_SILU, [](double x) { return x * Sigmoid(x); }, {}},
      {v1::ACTIVATION_GELU,
       [](double x) {
         return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
       },
       {}},
      {v1::ACTIVATION_LEAKY_RELU, [](double x) { return x < 0 ? -0.5 * x : x; }, {0}},
  };
  return *cases;
}

float ValueAt(v1::Activation activation, float x) {
  float y = 0;
  Activate(activation, {&x, 1}, {&y, 1});
  return y;
}

float SlopeAt(v1::Activation activation, float x) {
  float slope = 1;
  MultiplyBySlope(activation, {&x, 1}, {&slope, 1});
  return slope;
}

bool IsNear(double x, const std::vector<double>& kinks) {
  for (const double kink : kinks) {
    if (std::abs(x - kink) < 0.01) return true;
  }
  return false;
}

TEST(Activation, EveryActivationOfTheSchemaIsThereAndNoOther) {
  const auto* names = v1::Activation_descriptor();
  ASSERT_EQ(static_cast<size_t>(names->value_count()), Cases().size() + 2);
  for (int i = 0; i < names->value_count(); ++i) {
    const auto activation = static_cast<v1::Activation>(names->value(i)->number());
    // A draw among them is none of them.
    const bool is_one =
        activation != v1::ACTIVATION_UNSPECIFIED && activation != v1::ACTIVATION_ANY;
    EXPECT_EQ(IsActivation(activation), is_one) << names->value(i)->name();
  }
  EXPECT_FALSE(IsActivation(static_cast<v1::Activation>(names->value_count())));
}

TEST(Activation, ValuesAreThoseOfTheFormulaInFloat64) {
  for (const Case& c : Cases()) {
    for (float x = -12; x < 12; x += 0.037f) {
      EXPECT_NEAR(ValueAt(c.activation, x), c.exact(x), 5e-7 * std::max(1.0f, std::abs(x)))
          << v1::Activation_Name(c.activation) << " at " << x;
    }
  }
}

TEST(Activation, SlopesAreThoseOfTheFormulaByFiniteDifferences) {
  for (const Case& c : Cases()) {
    for (double x = -11.99; x < 12; x += 0.037) {
      if (IsNear(x, c.kinks)) continue;
      const double h = 1e-5;
      const double slope = (c.exact(x + h) - c.exact(x - h)) / (2 * h);
      EXPECT_NEAR(SlopeAt(c.activation, static_cast<float>(x)), slope, 2e-6)
          << v1::Activation_Name(c.activation) << " at " << x;
    }
  }
}

TEST(Activation, TheKinkOfReluHasSlopeZero) {
  EXPECT_EQ(SlopeAt(v1::ACTIVATION_RELU, 0), 0);
  EXPECT_EQ(SlopeAt(v1::ACTIVATION_RELU6, 0), 0);
  EXPECT_EQ(SlopeAt(v1::ACTIVATION_RELU6, 6), 0);
  EXPECT_EQ(SlopeAt(v1::ACTIVATION_LEAKY_RELU, 0), 1);
}

TEST(Activation, NanStaysNan) {
  for (const Case& c : Cases()) {
    EXPECT_TRUE(std::isnan(ValueAt(c.activation, NAN))) << v1::Activation_Name(c.activation);
  }
}

TEST(Activation, HugeArgumentsGiveNoNanWhereTheFunctionHasAValue) {
  for (const Case& c : Cases()) {
    for (const float x : {1e4f, -1e4f, 1e30f, -1e30f}) {
      EXPECT_FALSE(std::isnan(ValueAt(c.activation, x))) << v1::Activation_Name(c.activation) << x;
      EXPECT_FALSE(std::isnan(SlopeAt(c.activation, x))) << v1::Activation_Name(c.activation) << x;
    }
  }
}

TEST(Activation, SineAndCosineStayWithinOneAtAnyArgument) {
  for (const float x : {8190.0f, 8193.0f, 1e9f, -1e20f, std::numeric_limits<float>::max()}) {
    for (const auto activation : {v1::ACTIVATION_SIN, v1::ACTIVATION_COS}) {
      EXPECT_LE(std::abs(ValueAt(activation, x)), 1.000001f) << x;
      EXPECT_LE(std::abs(SlopeAt(activation, x)), 1.000001f) << x;
    }
  }
}

TEST(Activation, TheOutputMayTakeThePlaceOfTheInput) {
  std::vector<float> x = {-1, 2, -3};
  Activate(v1::ACTIVATION_RELU, x, x);
  EXPECT_EQ(x, (std::vector<float>{0, 2, 0}));
}

}  // namespace
}  // namespace paceline
