#include "coordinator/outer/momentum.h"

namespace paceline {

void MomentumOptimizer::Apply(int64_t, double factor, std::span<const float> gradient,
                              std::span<float> theta) {
  const double rate = learning_rate() * factor;
  const std::span<float> m = moment(0);
  for (size_t i = 0; i < theta.size(); ++i) {
    m[i] = static_cast<float>(momentum_ * m[i] + gradient[i]);
    theta[i] = static_cast<float>(theta[i] - rate * m[i]);
  }
}

}  // namespace paceline
