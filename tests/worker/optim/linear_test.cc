// With the right weights the linear per-parameter optimizer is a textbook rule.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"

namespace paceline {
namespace {

constexpr int kUpdates = 30;
constexpr size_t kParameters = 37;

// The textbook's step at one element, given g; called in order of updates.
using Rule = std::function<double(double g, int update)>;

v1::LearnedOptimizer Config(double momentum_decay, double rms_decay, bool corrected) {
  v1::LearnedOptimizer config;
  v1::Linear& own = *config.mutable_linear();
  own.set_step_multiplier(0.01);
  own.add_momentum_decays(momentum_decay);
  own.add_rms_decays(rms_decay);
  own.set_bias_correction(corrected);
  own.set_epsilon(1e-8);
  return config;
}

// θ with this weight alone.
std::vector<float> ThetaWith(const v1::LearnedOptimizer& config, const char* leaf, double weight) {
  const ThetaLayout layout = LayoutOf(config);
  std::vector<float> theta(layout.size);
  theta[layout.leaf(leaf).offset] = static_cast<float>(weight);
  return theta;
}

// float32 against double: a few roundings of each step, and one of the parameter per update.
void ExpectIs(const v1::LearnedOptimizer& config, const std::vector<float>& theta,
              const std::function<Rule()>& make_rule) {
  std::mt19937 random(3);
  const auto tensors = TensorsOf({{kParameters}});
  const auto optimizer = MakeOptimizer(config, tensors, Arithmetic::kSimd);
  const auto prepared = optimizer->Prepare(theta);
  std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
  optimizer->InitState(*prepared, state);
  std::vector<float> parameters = RandomValues(kParameters, 1, random);
  std::vector<double> expected(parameters.begin(), parameters.end());
  std::vector<Rule> rules;
  for (size_t i = 0; i < kParameters; ++i) rules.push_back(make_rule());
  for (int update = 0; update < kUpdates; ++update) {
    const std::vector<float> gradient = RandomValues(kParameters, 0.1f, random);
    optimizer->Update(*prepared, {.iteration = update, .gradient = gradient.data()}, parameters,
                      state, scratch);
    for (size_t i = 0; i < kParameters; ++i) {
      expected[i] -= rules[i](static_cast<double>(gradient[i]), update);
      ASSERT_NEAR(parameters[i], expected[i], 2e-6) << "update " << update << ", element " << i;
    }
  }
}

TEST(Linear, IsSgd) {
  const auto config = Config(0.9, 0.999, true);
  ExpectIs(config, ThetaWith(config, "gradient", 0.1 / 0.01),
           [] { return [](double g, int) { return 0.1 * g; }; });
}

TEST(Linear, IsSgdBeforeItIsTrained) {
  auto config = Config(0.9, 0.999, true);
  config.mutable_linear()->set_learning_rate(0.25);
  ExpectIs(config, InitialTheta(LayoutOf(config), 1),
           [] { return [](double g, int) { return 0.25 * g; }; });
}

// trace ← μ·trace + g is the average over 1 − μ.
TEST(Linear, IsHeavyBallMomentum) {
  const auto config = Config(0.9, 0.999, false);
  ExpectIs(config, ThetaWith(config, "momentum", 0.05 / (1 - 0.9) / 0.01), [] {
    return [trace = 0.0](double g, int) mutable {
      trace = 0.9 * trace + g;
      return 0.05 * trace;
    };
  });
}

TEST(Linear, IsAdam) {
  const auto config = Config(0.9, 0.99, true);
  ExpectIs(config, ThetaWith(config, "scaled_momentum", 0.01 / 0.01), [] {
    return [m = 0.0, v = 0.0](double g, int update) mutable {
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      const double m_hat = m / (1 - std::pow(0.9, update + 1));
      const double v_hat = v / (1 - std::pow(0.99, update + 1));
      return 0.01 * m_hat / (std::sqrt(v_hat) + 1e-8);
    };
  });
}

TEST(Linear, IsRmsProp) {
  const auto config = Config(0.9, 0.95, false);
  ExpectIs(config, ThetaWith(config, "scaled_gradient", 0.01 / 0.01), [] {
    return [v = 0.0](double g, int) mutable {
      v = 0.95 * v + 0.05 * g * g;
      return 0.01 * g / (std::sqrt(v) + 1e-8);
    };
  });
}

TEST(Linear, AParametersWeightIsWeightDecay) {
  const auto config = Config(0.9, 0.999, true);
  std::mt19937 random(4);
  const auto optimizer = MakeOptimizer(config, TensorsOf({{5, 3}}), Arithmetic::kSimd);
  const auto prepared = optimizer->Prepare(ThetaWith(config, "parameter", 0.5 / 0.01));
  std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
  optimizer->InitState(*prepared, state);
  std::vector<float> parameters = RandomValues(15, 1, random);
  const std::vector<float> initial = parameters, gradient = RandomValues(15, 1, random);
  optimizer->Update(*prepared, {.gradient = gradient.data()}, parameters, state, scratch);
  for (size_t i = 0; i < 15; ++i) EXPECT_FLOAT_EQ(parameters[i], 0.5f * initial[i]);
}

}  // namespace
}  // namespace paceline
