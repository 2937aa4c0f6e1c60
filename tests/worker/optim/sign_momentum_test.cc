// sign_momentum by the paper's formulas in double, and its limits.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/testing/sample_optimizers.h"
#include "tests/testing/sample_problems.h"

namespace paceline {
namespace {

// A few updates of one tensor by one constant gradient after another.
std::vector<float> After(const v1::LearnedOptimizer& config, std::vector<float> parameters,
                         const std::vector<std::vector<float>>& gradients) {
  const auto tensors = TensorsOf({{static_cast<int64_t>(parameters.size())}});
  const auto optimizer = MakeOptimizer(config, tensors, Arithmetic::kSimd);
  const auto prepared = optimizer->Prepare(InitialTheta(LayoutOf(config), 1));
  std::vector<float> state(optimizer->state_size()), scratch(optimizer->scratch_size());
  optimizer->InitState(*prepared, state);
  for (size_t i = 0; i < gradients.size(); ++i) {
    const InnerStep step = {.iteration = static_cast<int64_t>(i), .gradient = gradients[i].data()};
    optimizer->Update(*prepared, step, parameters, state, scratch);
  }
  return parameters;
}

TEST(SignMomentum, FollowsTheFormulas) {
  v1::LearnedOptimizer config = SignMomentumConfig();
  const v1::SignMomentum& own = config.sign_momentum();
  std::mt19937 random(1);
  const std::vector<float> initial = RandomValues(37, 1, random);
  std::vector<std::vector<float>> gradients;
  for (int i = 0; i < 6; ++i) gradients.push_back(RandomValues(37, 0.5f, random));
  std::vector<double> p(initial.begin(), initial.end()), m(37, 0);
  for (const auto& gradient : gradients) {
    for (size_t i = 0; i < p.size(); ++i) {
      const double c = own.beta1() * m[i] + (1 - own.beta1()) * gradient[i];
      p[i] -= own.learning_rate() * (c / (std::abs(c) + own.epsilon()) + own.weight_decay() * p[i]);
      m[i] = own.beta2() * m[i] + (1 - own.beta2()) * gradient[i];
    }
  }
  const std::vector<float> parameters = After(config, initial, gradients);
  for (size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(parameters[i], p[i], 2e-6) << i;
}

TEST(SignMomentum, StepsOfATinyEpsilonAreLions) {
  v1::LearnedOptimizer config = SignMomentumConfig();
  config.mutable_sign_momentum()->set_epsilon(1e-12);
  config.mutable_sign_momentum()->set_weight_decay(0);
  const float rate = static_cast<float>(config.sign_momentum().learning_rate());
  const std::vector<float> moved = After(config, {0, 0, 0, 0}, {{3, -0.001f, 1e4f, 0}});
  EXPECT_NEAR(moved[0], -rate, 1e-6);
  EXPECT_NEAR(moved[1], rate, 1e-6);
  EXPECT_NEAR(moved[2], -rate, 1e-6);
  EXPECT_EQ(moved[3], 0);
}

TEST(SignMomentum, AnElementWithoutAGradientStaysFiniteWhateverEpsilonIs) {
  const v1::LearnedOptimizer config = SignMomentumConfig();
  const auto tensors = TensorsOf({{3}});
  const auto optimizer = MakeOptimizer(config, tensors, Arithmetic::kSimd);
  std::vector<float> theta = InitialTheta(LayoutOf(config), 1);
  theta[LayoutOf(config).leaf("log_epsilon").offset] = -300;
  const auto prepared = optimizer->Prepare(theta);
  std::vector<float> parameters = {1, 2, 3}, state(3), scratch(optimizer->scratch_size());
  const std::vector<float> gradient(3, 0.0f);
  optimizer->InitState(*prepared, state);
  optimizer->Update(*prepared, {.gradient = gradient.data()}, parameters, state, scratch);
  for (const float p : parameters) EXPECT_TRUE(std::isfinite(p));
}

}  // namespace
}  // namespace paceline
