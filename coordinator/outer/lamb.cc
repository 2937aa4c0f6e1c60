#include "coordinator/outer/lamb.h"

#include <cmath>

#include "common/lane/portable_math.h"

namespace paceline {

double LambOptimizer::Direction(size_t i, double correction1, double correction2,
                                double theta) const {
  const double m = moments()[0][i] / correction1, v = moments()[1][i] / correction2;
  return m / (std::sqrt(v) + config_.epsilon()) + config_.weight_decay() * theta;
}

void LambOptimizer::Apply(int64_t step, double factor, std::span<const float> gradient,
                          std::span<float> theta) {
  const double rate = learning_rate() * factor;
  const double beta1 = config_.beta1(), beta2 = config_.beta2();
  const auto t = static_cast<unsigned long>(step + 1);
  const double correction1 = 1 - PortablePower(beta1, t);
  const double correction2 = 1 - PortablePower(beta2, t);
  const std::span<float> m = moment(0), v = moment(1);
  for (size_t i = 0; i < theta.size(); ++i) {
    const double g = gradient[i];
    m[i] = static_cast<float>(beta1 * m[i] + (1 - beta1) * g);
    v[i] = static_cast<float>(beta2 * v[i] + (1 - beta2) * g * g);
  }
  size_t begin = 0;
  for (const size_t size : leaf_sizes_) {
    double theta_square = 0, update_square = 0;
    for (size_t i = begin; i < begin + size; ++i) {
      const double u = Direction(i, correction1, correction2, theta[i]);
      theta_square += static_cast<double>(theta[i]) * theta[i];
      update_square += u * u;
    }
    const bool defined = theta_square > 0 && update_square > 0;
    const double trust = defined ? std::sqrt(theta_square / update_square) : 1;
    for (size_t i = begin; i < begin + size; ++i) {
      const double u = Direction(i, correction1, correction2, theta[i]);
      theta[i] = static_cast<float>(theta[i] - rate * trust * u);
    }
    begin += size;
  }
}

}  // namespace paceline
