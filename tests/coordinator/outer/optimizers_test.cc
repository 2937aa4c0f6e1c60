// Updates by hand, and against the formulas in plain double arithmetic.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "coordinator/outer/outer_optimizer.h"
#include "tests/coordinator/outer/configs.h"

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

// θ after updates with these gradients, one element wide.
float After(const v1::OuterOptimizer& config, float theta, const std::vector<float>& gradients) {
  const auto optimizer = MakeOuterOptimizer(config, {1});
  int64_t step = 0;
  for (const float& g : gradients) optimizer->Apply(step++, 1, {&g, 1}, {&theta, 1});
  return theta;
}

TEST(Sgd, StepsAgainstTheGradient) {
  EXPECT_FLOAT_EQ(After(SgdConfig(0.5), 1, {2}), 0);
  EXPECT_FLOAT_EQ(After(SgdConfig(0.5), 1, {2, -4}), 2);
}

TEST(Sgd, TheScheduleScalesTheStep) {
  const auto optimizer = MakeOuterOptimizer(SgdConfig(0.5), {2});
  std::vector<float> theta = {1, 1};
  const std::vector<float> gradient = {1, -2};
  optimizer->Apply(0, 0.5, gradient, theta);
  EXPECT_THAT(theta, ElementsAre(0.75f, 1.5f));
}

TEST(Momentum, CarriesThePastAlong) {
  // m = 1, then 0.5 + 1, then 0.75 − 2
  EXPECT_FLOAT_EQ(After(MomentumConfig(0.1, 0.5), 0, {1, 1, -2}), -0.1f * (1 + 1.5f - 1.25f));
}

TEST(Adam, TheFirstStepIsTheLearningRateWhateverTheGradient) {
  for (const float g : {1e-3f, 1.0f, -250.0f}) {
    EXPECT_NEAR(After(AdamConfig(AdamSettings(0.01, 0, 0)), 0, {g}), g > 0 ? -0.01 : 0.01, 1e-8);
  }
}

TEST(Adam, TwoStepsByHand) {
  // m̂ = (0.1·1·0.9 + 0.1·3)/(1 − 0.81), v̂ = (0.001·0.999 + 0.001·9)/(1 − 0.998001)
  const double m = 0.39 / 0.19, v = 0.009999 / 0.001999;
  EXPECT_NEAR(After(AdamConfig(AdamSettings(0.1, 0, 0)), 0, {1, 3}), -0.1 - 0.1 * m / std::sqrt(v),
              1e-7);
}

TEST(Adam, OneEpsilonIsInsideTheRootAndOneOutside) {
  EXPECT_NEAR(After(AdamConfig(AdamSettings(1, 0.5, 0)), 0, {2}), -2 / (2 + 0.5), 1e-6);
  EXPECT_NEAR(After(AdamConfig(AdamSettings(1, 0, 0.5)), 0, {2}), -2 / std::sqrt(4 + 0.5), 1e-6);
}

TEST(Adam, AnElementWithoutGradientStays) {
  EXPECT_EQ(After(AdamConfig(AdamSettings(0.1, 0, 0)), 3, {0, 0}), 3);
  EXPECT_EQ(After(AdamConfig(AdamSettings(0.1)), 3, {0, 0}), 3);
}

TEST(Adam, IgnoresWeightDecayAndAdamwAppliesItToTheOldTheta) {
  const v1::Adam settings = AdamSettings(0.1, 0, 0, 0.5);
  EXPECT_NEAR(After(AdamConfig(settings), 2, {1}), 2 - 0.1, 1e-6);
  EXPECT_NEAR(After(AdamwConfig(settings), 2, {1}), 2 - 0.1 - 0.1 * 0.5 * 2, 1e-6);
}

// The formula at each step, nothing kept in float32.
TEST(Adam, FollowsThePlainFormulaOverManySteps) {
  const v1::Adam settings = AdamSettings(1e-3, 1e-8, 1e-8, 0.1);
  const auto optimizer = MakeOuterOptimizer(AdamwConfig(settings), {1});
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.3f, 1);
  float theta = 1;
  double expected = 1, m = 0, v = 0;
  for (int step = 0; step < 2000; ++step) {
    const float g = normal(random);
    optimizer->Apply(step, 1, {&g, 1}, {&theta, 1});
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const double m_hat = m / (1 - std::pow(0.9, step + 1));
    const double v_hat = v / (1 - std::pow(0.999, step + 1));
    expected -= 1e-3 * (m_hat / (std::sqrt(v_hat + 1e-8) + 1e-8) + 0.1 * expected);
    ASSERT_NEAR(theta, expected, 2e-5) << "step " << step;
  }
  EXPECT_LT(expected, 0.9);
}

TEST(OuterOptimizers, EachDescendsOnAQuadratic) {
  for (const v1::OuterOptimizer& config : EveryOptimizer()) {
    const auto optimizer = MakeOuterOptimizer(config, {3});
    std::vector<float> theta = {1, -2, 0.5f};
    for (int step = 0; step < 1000; ++step) {
      const std::vector<float> gradient = theta;
      optimizer->Apply(step, 1, gradient, theta);
    }
    for (const float x : theta) EXPECT_LT(std::abs(x), 0.02) << config.kind_case();
  }
}

TEST(OuterOptimizers, RememberWhatTheirFormulasNeed) {
  std::vector<size_t> moments;
  for (const v1::OuterOptimizer& config : EveryOptimizer()) {
    moments.push_back(MakeOuterOptimizer(config, {7})->moments().size());
  }
  EXPECT_THAT(moments, ElementsAre(0, 1, 2, 2));
}

}  // namespace
}  // namespace paceline
