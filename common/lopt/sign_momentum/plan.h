// Lion-like sign momentum as plain data: elementwise on the whole flat vector, nothing is padded.
#pragma once

#include "common/lopt/plan/plan_sizes.h"

namespace paceline {

struct SignMomentumKernel;

// State: the momentum.
struct SignMomentumPlan : PlanSizes {
  using Kernel = SignMomentumKernel;

  size_t parameters = 0;
  float weight_decay = 0;
  // Leaves of θ.
  uint32_t log_learning_rate = 0;
  uint32_t log_one_minus_beta1 = 0;
  uint32_t log_one_minus_beta2 = 0;
  uint32_t log_epsilon = 0;
};

}  // namespace paceline
