#include "coordinator/outer/adam.h"

#include <cmath>

#include "common/lane/portable_math.h"

namespace paceline {
void AdamOptimizer::Apply(int64_t step, double factor, std::span<const float> gradient,
                          std::span<float> theta) {
  const double rate = learning_rate() * factor;
  const double beta1 = config_.beta1(), beta2 = config_.beta2();
  const auto t = static_cast<unsigned long>(step + 1);
  const double correction1 = 1 - PortablePower(beta1, t);
  const double correction2 = 1 - PortablePower(beta2, t);
  const double epsilon = config_.epsilon(), epsilon_root = config_.epsilon_root();
  const std::span<float> m = moment(0), v = moment(1);
  for (size_t i = 0; i < theta.size(); ++i) {
    const double g = gradient[i];
    m[i] = static_cast<float>(beta1 * m[i] + (1 - beta1) * g);
    v[i] = static_cast<float>(beta2 * v[i] + (1 - beta2) * g * g);
    const double denominator = std::sqrt(v[i] / correction2 + epsilon_root) + epsilon;
    // With both epsilons 0, an element that never had a gradient stays where it is.
    const double direction = m[i] == 0 ? 0 : m[i] / correction1 / denominator;
    theta[i] = static_cast<float>(theta[i] - rate * (direction + weight_decay_ * theta[i]));
  }
}

}  // namespace paceline
