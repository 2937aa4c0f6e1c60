// Optimizers and random problems for the tests of this folder.
#pragma once

#include <random>
#include <vector>

#include "common/lopt/layout.h"
#include "worker/optim/optimizer.h"

namespace paceline {

inline v1::LearnedOptimizer SgdConfig() {
  v1::LearnedOptimizer config;
  config.mutable_learnable_sgd()->set_learning_rate(0.01);
  return config;
}

inline v1::LearnedOptimizer SgdmConfig() {
  v1::LearnedOptimizer config;
  config.mutable_learnable_sgdm()->set_learning_rate(0.01);
  config.mutable_learnable_sgdm()->set_momentum(0.9);
  return config;
}

inline v1::LearnedOptimizer AdamConfig() {
  v1::LearnedOptimizer config;
  v1::LearnableAdam& own = *config.mutable_learnable_adam();
  own.set_learning_rate(0.001);
  own.set_beta1(0.9);
  own.set_beta2(0.999);
  own.set_epsilon(1e-8);
  return config;
}

inline v1::LearnedOptimizer MlpLoptConfig(int hidden, int layers) {
  v1::LearnedOptimizer config;
  v1::MlpLopt& own = *config.mutable_mlp_lopt();
  own.set_hidden(hidden);
  own.set_layers(layers);
  own.set_step_multiplier(0.01);
  own.set_exp_multiplier(0.1);
  return config;
}

inline v1::LearnedOptimizer AdafacConfig(int hidden, int layers) {
  v1::LearnedOptimizer config;
  v1::AdafacMlp& own = *config.mutable_adafac_mlp();
  own.set_hidden(hidden);
  own.set_layers(layers);
  own.set_step_multiplier(0.01);
  own.set_exp_multiplier(0.1);
  return config;
}

// Tensors of these shapes, one after the other.
inline std::vector<ParameterTensor> TensorsOf(const std::vector<std::vector<int64_t>>& shapes) {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  for (const auto& shape : shapes) {
    size_t size = 1;
    for (const int64_t axis : shape) size *= static_cast<size_t>(axis);
    tensors.push_back({"p" + std::to_string(tensors.size()), shape, offset, size});
    offset += size;
  }
  return tensors;
}

inline std::vector<float> RandomValues(size_t count, float scale, std::mt19937& random) {
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// θ with every leaf away from its initial value, so that biases and decays matter.
inline std::vector<float> RandomTheta(const v1::LearnedOptimizer& config, std::mt19937& random) {
  const ThetaLayout layout = LayoutOf(config);
  std::vector<float> theta = InitialTheta(layout, random());
  const std::vector<float> noise = RandomValues(theta.size(), 0.05f, random);
  for (size_t i = 0; i < theta.size(); ++i) theta[i] += noise[i];
  return theta;
}

}  // namespace paceline
