// θ ← θ − lr·g
#pragma once

#include "coordinator/outer/outer_optimizer.h"

namespace paceline {

class SgdOptimizer : public OuterOptimizer {
 public:
  explicit SgdOptimizer(const v1::Sgd& config) : OuterOptimizer(config.learning_rate(), 0, 0) {}
  void Apply(int64_t step, double factor, std::span<const float> gradient,
             std::span<float> theta) override;
};

}  // namespace paceline
