#include "coordinator/outer/rmsprop.h"

#include <cmath>

namespace paceline {

void RmsPropOptimizer::Apply(int64_t, double factor, std::span<const float> gradient,
                             std::span<float> theta) {
  const double rate = learning_rate() * factor;
  const double decay = config_.decay(), momentum = config_.momentum();
  const std::span<float> v = moment(0);
  const std::span<float> m = momentum > 0 ? moment(1) : std::span<float>();
  for (size_t i = 0; i < theta.size(); ++i) {
    const double g = gradient[i];
    v[i] = static_cast<float>(decay * v[i] + (1 - decay) * g * g);
    double direction = g / (std::sqrt(static_cast<double>(v[i])) + config_.epsilon());
    if (!m.empty()) {
      m[i] = static_cast<float>(momentum * m[i] + direction);
      direction = m[i];
    }
    theta[i] = static_cast<float>(theta[i] - rate * direction);
  }
}

}  // namespace paceline
