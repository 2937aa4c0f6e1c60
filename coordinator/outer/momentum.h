// Heavy ball: m ← momentum·m + g;  θ ← θ − lr·m.  (B. Polyak, 1964.)
#pragma once

#include "coordinator/outer/outer_optimizer.h"

namespace paceline {

class MomentumOptimizer : public OuterOptimizer {
 public:
  MomentumOptimizer(const v1::Momentum& config, size_t parameters)
      : OuterOptimizer(config.learning_rate(), 1, parameters), momentum_(config.momentum()) {}
  void Apply(int64_t step, double factor, std::span<const float> gradient,
             std::span<float> theta) override;

 private:
  double momentum_;
};

}  // namespace paceline
