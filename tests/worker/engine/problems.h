// Small tasks and optimizers for the tests of the engine.
#pragma once

#include <vector>

#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

inline v1::Task SmallMlpTask(const std::vector<uint32_t>& hidden) {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_FASHION_MNIST);
  mlp.set_size(8);
  for (const uint32_t width : hidden) mlp.add_hidden(width);
  mlp.set_activation(v1::ACTIVATION_RELU);
  mlp.set_batch(32);
  return config;
}

template <class Network>
void SetNetwork(Network& network, uint32_t hidden) {
  network.set_hidden(hidden);
  network.set_layers(2);
  network.set_step_multiplier(0.1);
  network.set_exp_multiplier(0.1);
}
inline v1::LearnedOptimizer AdafacOptimizer(uint32_t hidden = 4) {
  v1::LearnedOptimizer optimizer;
  SetNetwork(*optimizer.mutable_adafac_mlp(), hidden);
  return optimizer;
}
inline v1::LearnedOptimizer MlpLoptOptimizer(uint32_t hidden = 32) {
  v1::LearnedOptimizer optimizer;
  SetNetwork(*optimizer.mutable_mlp_lopt(), hidden);
  return optimizer;
}
inline v1::LearnedOptimizer SgdOptimizer(double learning_rate) {
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_learnable_sgd()->set_learning_rate(learning_rate);
  return optimizer;
}
inline v1::LearnedOptimizer SgdmOptimizer() {
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_learnable_sgdm()->set_learning_rate(0.05);
  optimizer.mutable_learnable_sgdm()->set_momentum(0.9);
  return optimizer;
}
inline v1::LearnedOptimizer AdamOptimizer() {
  v1::LearnedOptimizer optimizer;
  v1::LearnableAdam& adam = *optimizer.mutable_learnable_adam();
  adam.set_learning_rate(0.001);
  adam.set_beta1(0.9);
  adam.set_beta2(0.999);
  adam.set_epsilon(1e-8);
  return optimizer;
}

}  // namespace paceline
