// Learnable SGD, momentum and Adam (reference 2.1) as plain data. The rules are elementwise on the
// whole flat vector; nothing is padded.
#pragma once

#include "common/lopt/plan/plan_sizes.h"

namespace paceline {

struct LearnableSgdKernel;
struct LearnableSgdmKernel;
struct LearnableAdamKernel;

// θ is one scalar per leaf; the members are the leaves' places, and the number of parameters.
// State: none; the trace; first moments, second moments.
struct LearnableSgdPlan : PlanSizes {
  using Kernel = LearnableSgdKernel;
  uint32_t log_learning_rate = 0;
  size_t parameters = 0;
};

struct LearnableSgdmPlan : PlanSizes {
  using Kernel = LearnableSgdmKernel;
  uint32_t log_learning_rate = 0;
  uint32_t log_one_minus_momentum = 0;
  size_t parameters = 0;
};

struct LearnableAdamPlan : PlanSizes {
  using Kernel = LearnableAdamKernel;
  uint32_t log_learning_rate = 0;
  uint32_t log_one_minus_beta1 = 0;
  uint32_t log_one_minus_beta2 = 0;
  uint32_t log_epsilon = 0;
  size_t parameters = 0;
};

}  // namespace paceline
