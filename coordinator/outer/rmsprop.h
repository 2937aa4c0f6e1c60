// RMSProp with momentum, not centred.  (T. Tieleman, G. Hinton, lecture 6.5 of "Neural networks for
// machine learning", 2012.)
//
//   v ← decay·v + (1 − decay)·g²
//   m ← momentum·m + g / (√v + epsilon)
//   θ ← θ − lr·m
#pragma once

#include "coordinator/outer/outer_optimizer.h"

namespace paceline {

class RmsPropOptimizer : public OuterOptimizer {
 public:
  // Without momentum m is not remembered.
  RmsPropOptimizer(const v1::RmsProp& config, size_t parameters)
      : OuterOptimizer(config.learning_rate(), config.momentum() > 0 ? 2 : 1, parameters),
        config_(config) {}
  void Apply(int64_t step, double factor, std::span<const float> gradient,
             std::span<float> theta) override;

 private:
  v1::RmsProp config_;
};

}  // namespace paceline
