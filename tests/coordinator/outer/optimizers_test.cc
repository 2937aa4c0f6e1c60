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

TEST(RmsProp, TwoStepsByHand) {
  // v = 0.1·4, then 0.9·0.4 + 0.1·1
  const double first = 2 / std::sqrt(0.4), second = -1 / std::sqrt(0.46);
  EXPECT_NEAR(After(RmsPropConfig(0.1, 0.9, 1e-12, 0), 0, {2, -1}), -0.1 * (first + second), 1e-6);
  EXPECT_NEAR(After(RmsPropConfig(0.1, 0.9, 1e-12, 0.5), 0, {2, -1}),
              -0.1 * (first + (0.5 * first + second)), 1e-6);
}

TEST(RmsProp, RemembersNoMomentumWhereThereIsNone) {
  EXPECT_EQ(MakeOuterOptimizer(RmsPropConfig(0.1, 0.9, 1e-8, 0), {7})->moments().size(), 1u);
}

// From the paper's algorithm, in double and leaf by leaf.
class PlainLamb {
 public:
  PlainLamb(const v1::Lamb& config, std::vector<std::vector<double>> theta)
      : config_(config), theta_(std::move(theta)), m_(theta_), v_(theta_) {
    for (auto* moments : {&m_, &v_}) {
      for (auto& leaf : *moments) leaf.assign(leaf.size(), 0);
    }
  }
  void Step(const std::vector<std::vector<double>>& gradient) {
    ++t_;
    for (size_t l = 0; l < theta_.size(); ++l) {
      std::vector<double> u;
      double theta_norm = 0, u_norm = 0;
      for (size_t i = 0; i < theta_[l].size(); ++i) {
        const double g = gradient[l][i];
        m_[l][i] += (1 - config_.beta1()) * (g - m_[l][i]);
        v_[l][i] += (1 - config_.beta2()) * (g * g - v_[l][i]);
        const double m = m_[l][i] / (1 - std::pow(config_.beta1(), t_));
        const double v = v_[l][i] / (1 - std::pow(config_.beta2(), t_));
        u.push_back(m / (std::sqrt(v) + config_.epsilon()) + config_.weight_decay() * theta_[l][i]);
        theta_norm = std::hypot(theta_norm, theta_[l][i]);
        u_norm = std::hypot(u_norm, u.back());
      }
      const double ratio = theta_norm == 0 || u_norm == 0 ? 1 : theta_norm / u_norm;
      for (size_t i = 0; i < u.size(); ++i) {
        theta_[l][i] -= config_.learning_rate() * ratio * u[i];
      }
    }
  }
  const std::vector<std::vector<double>>& theta() const { return theta_; }

 private:
  const v1::Lamb config_;
  std::vector<std::vector<double>> theta_, m_, v_;
  int t_ = 0;
};

// A large leaf, a small one, one that is zero at first, one that never has a gradient.
TEST(Lamb, FollowsThePlainAlgorithmLeafByLeaf) {
  const v1::OuterOptimizer config = LambConfig(0.02, 0.1);
  std::vector<std::vector<double>> leaves = {{3, -4, 5}, {0.01, 0.02}, {0, 0}, {1.5}};
  PlainLamb expected(config.lamb(), leaves);
  const auto optimizer = MakeOuterOptimizer(config, {3, 2, 2, 1});
  std::vector<float> theta;
  for (const auto& leaf : leaves) theta.insert(theta.end(), leaf.begin(), leaf.end());
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.5f, 1);
  for (int step = 0; step < 300; ++step) {
    std::vector<std::vector<double>> gradient = leaves;
    std::vector<float> flat;
    for (size_t l = 0; l < gradient.size(); ++l) {
      for (double& g : gradient[l]) {
        flat.push_back(l == 3 ? 0 : normal(random));
        g = flat.back();
      }
    }
    optimizer->Apply(step, 1, flat, theta);
    expected.Step(gradient);
    size_t i = 0;
    for (const auto& leaf : expected.theta()) {
      for (const double x : leaf) {
        ASSERT_NEAR(theta[i], x, 1e-5 * std::max(0.1, std::abs(x))) << step << " " << i;
        ++i;
      }
    }
  }
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
  EXPECT_THAT(moments, ElementsAre(0, 1, 2, 2, 2, 2));
}

}  // namespace
}  // namespace paceline
