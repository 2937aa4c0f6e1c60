// Small tasks of policy_gradient for tests.
#pragma once

#include <initializer_list>
#include <vector>

#include "paceline/v1/task.pb.h"

namespace paceline::testing {

inline v1::PolicyGradient PolicyConfig(v1::Environment environment,
                                       std::initializer_list<uint32_t> hidden, uint32_t batch,
                                       uint32_t horizon) {
  v1::PolicyGradient config;
  config.set_environment(environment);
  for (const uint32_t width : hidden) config.add_hidden(width);
  config.set_activation(v1::ACTIVATION_TANH);
  config.set_batch(batch);
  config.set_horizon(horizon);
  config.set_discount(0.97);
  config.set_trace(0.9);
  config.set_value_weight(0.3);
  config.set_entropy(0.05);
  config.set_init(v1::INITIALIZER_STANDARD);
  config.set_init_scale(1);
  return config;
}

inline const std::vector<v1::Environment>& Environments() {
  static const std::vector<v1::Environment> all = {
      v1::ENVIRONMENT_CART_POLE, v1::ENVIRONMENT_PENDULUM, v1::ENVIRONMENT_ACROBOT};
  return all;
}

}  // namespace paceline::testing
