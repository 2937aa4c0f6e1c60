// LAMB.  (Y. You et al., "Large batch optimization for deep learning", arXiv 1904.00962, algorithm
// 2 with φ the identity.)
//
//   m, v, m̂, v̂ as Adam's (coordinator/outer/adam.h)
//   u = m̂ / (√v̂ + epsilon) + weight_decay·θ
//   θ_l ← θ_l − lr·r_l·u_l,  r_l = ‖θ_l‖ / ‖u_l‖, or 1 where either norm is 0, for each leaf l of θ
#pragma once

#include <vector>

#include "coordinator/outer/outer_optimizer.h"

namespace paceline {

class LambOptimizer : public OuterOptimizer {
 public:
  LambOptimizer(const v1::Lamb& config, std::vector<size_t> leaf_sizes, size_t parameters)
      : OuterOptimizer(config.learning_rate(), 2, parameters),
        config_(config),
        leaf_sizes_(std::move(leaf_sizes)) {}
  void Apply(int64_t step, double factor, std::span<const float> gradient,
             std::span<float> theta) override;

 private:
  // u of element i at update number `step`.
  double Direction(size_t i, double correction1, double correction2, double theta) const;

  v1::Lamb config_;
  std::vector<size_t> leaf_sizes_;
};

}  // namespace paceline
