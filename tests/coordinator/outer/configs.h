// Configs of every outer optimizer, at round numbers.
#pragma once

#include <vector>

#include "paceline/v1/outer.pb.h"

namespace paceline {

inline v1::OuterOptimizer SgdConfig(double rate) {
  v1::OuterOptimizer config;
  config.mutable_sgd()->set_learning_rate(rate);
  return config;
}

inline v1::OuterOptimizer MomentumConfig(double rate, double momentum) {
  v1::OuterOptimizer config;
  config.mutable_momentum()->set_learning_rate(rate);
  config.mutable_momentum()->set_momentum(momentum);
  return config;
}

inline v1::Adam AdamSettings(double rate, double epsilon = 1e-8, double epsilon_root = 1e-8,
                             double weight_decay = 0) {
  v1::Adam adam;
  adam.set_learning_rate(rate);
  adam.set_beta1(0.9);
  adam.set_beta2(0.999);
  adam.set_epsilon(epsilon);
  adam.set_epsilon_root(epsilon_root);
  adam.set_weight_decay(weight_decay);
  return adam;
}

inline v1::OuterOptimizer AdamConfig(const v1::Adam& adam) {
  v1::OuterOptimizer config;
  *config.mutable_adam() = adam;
  return config;
}

inline v1::OuterOptimizer AdamwConfig(const v1::Adam& adam) {
  v1::OuterOptimizer config;
  *config.mutable_adamw() = adam;
  return config;
}

inline v1::OuterOptimizer RmsPropConfig(double rate, double decay, double epsilon,
                                        double momentum) {
  v1::OuterOptimizer config;
  config.mutable_rmsprop()->set_learning_rate(rate);
  config.mutable_rmsprop()->set_decay(decay);
  config.mutable_rmsprop()->set_epsilon(epsilon);
  config.mutable_rmsprop()->set_momentum(momentum);
  return config;
}

inline v1::OuterOptimizer LambConfig(double rate, double weight_decay) {
  v1::OuterOptimizer config;
  config.mutable_lamb()->set_learning_rate(rate);
  config.mutable_lamb()->set_beta1(0.9);
  config.mutable_lamb()->set_beta2(0.99);
  config.mutable_lamb()->set_epsilon(1e-6);
  config.mutable_lamb()->set_weight_decay(weight_decay);
  return config;
}

inline std::vector<v1::OuterOptimizer> EveryOptimizer() {
  return {SgdConfig(0.1),
          MomentumConfig(0.1, 0.9),
          AdamConfig(AdamSettings(0.01)),
          AdamwConfig(AdamSettings(0.01, 1e-8, 0, 0.1)),
          RmsPropConfig(0.001, 0.99, 1e-8, 0.9),
          LambConfig(0.01, 0.1)};
}

}  // namespace paceline
