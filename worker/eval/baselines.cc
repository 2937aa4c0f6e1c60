#include "worker/eval/baselines.h"

#include <array>

#include "common/lopt/layout.h"

namespace paceline {
namespace {

constexpr std::array<double, 10> kLearningRates = {1e-4, 3e-4, 1e-3, 3e-3, 1e-2,
                                                   3e-2, 0.1,  0.3,  1,    3};

void SetLearningRate(double rate, v1::LearnedOptimizer& config) {
  if (config.has_learnable_sgd()) config.mutable_learnable_sgd()->set_learning_rate(rate);
  if (config.has_learnable_sgdm()) config.mutable_learnable_sgdm()->set_learning_rate(rate);
  if (config.has_learnable_adam()) config.mutable_learnable_adam()->set_learning_rate(rate);
}

}  // namespace

std::vector<Baseline> Baselines() {
  std::vector<Baseline> baselines = {
      {"adam", "Adam", {}}, {"momentum", "Momentum", {}}, {"sgd", "SGD", {}}};
  v1::LearnableAdam& adam = *baselines[0].config.mutable_learnable_adam();
  adam.set_beta1(0.9);
  adam.set_beta2(0.999);
  adam.set_epsilon(1e-8);
  baselines[1].config.mutable_learnable_sgdm()->set_momentum(0.9);
  baselines[2].config.mutable_learnable_sgd();
  for (Baseline& baseline : baselines) SetLearningRate(1e-2, baseline.config);
  return baselines;
}

std::span<const double> LearningRates() { return kLearningRates; }

std::vector<float> ThetaWithRate(const Baseline& baseline, double learning_rate) {
  v1::LearnedOptimizer config = baseline.config;
  SetLearningRate(learning_rate, config);
  // These optimizers' leaves are constants: the key has no influence.
  return InitialTheta(LayoutOf(config), 0);
}

}  // namespace paceline
