#include "coordinator/outer/sgd.h"

namespace paceline {

void SgdOptimizer::Apply(int64_t, double factor, std::span<const float> gradient,
                         std::span<float> theta) {
  const double rate = learning_rate() * factor;
  for (size_t i = 0; i < theta.size(); ++i) {
    theta[i] = static_cast<float>(theta[i] - rate * gradient[i]);
  }
}

}  // namespace paceline
