// Adam and AdamW.  (D. Kingma, J. Ba, arXiv 1412.6980; I. Loshchilov, F. Hutter, arXiv 1711.05101.)
//
//   m ← β1·m + (1 − β1)·g      m̂ = m / (1 − β1^t)
//   v ← β2·v + (1 − β2)·g²     v̂ = v / (1 − β2^t)      t = 1 at the first update
//   θ ← θ − lr·(m̂ / (√(v̂ + epsilon_root) + epsilon) + weight_decay·θ)
#pragma once

#include "coordinator/outer/outer_optimizer.h"

namespace paceline {

class AdamOptimizer : public OuterOptimizer {
 public:
  // The weight decay is `weight_decay`, whatever the config says: 0 for plain Adam.
  AdamOptimizer(const v1::Adam& config, double weight_decay, size_t parameters)
      : OuterOptimizer(config.learning_rate(), 2, parameters),
        config_(config),
        weight_decay_(weight_decay) {}
  void Apply(int64_t step, double factor, std::span<const float> gradient,
             std::span<float> theta) override;

 private:
  v1::Adam config_;
  double weight_decay_;
};

}  // namespace paceline
