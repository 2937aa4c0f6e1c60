// Learnable SGD, momentum and Adam (reference 2.1) as plain data. The rules are elementwise on the
// whole flat vector; nothing is padded.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

struct LearnableSgdKernel;
struct LearnableSgdmKernel;
struct LearnableAdamKernel;

// θ is one scalar per leaf; the members are the leaves' places.
struct LearnableSgdPlan {
  using Kernel = LearnableSgdKernel;
  uint32_t log_learning_rate = 0;

  uint32_t theta_size = 0;
  uint32_t prepared_size = 16;
  uint32_t scratch_size = 0;
  size_t state_size = 0;
  size_t parameters = 0;
};

struct LearnableSgdmPlan {
  using Kernel = LearnableSgdmKernel;
  uint32_t log_learning_rate = 0;
  uint32_t log_one_minus_momentum = 0;

  uint32_t theta_size = 0;
  uint32_t prepared_size = 16;
  uint32_t scratch_size = 0;
  size_t state_size = 0;  // trace
  size_t parameters = 0;
};

struct LearnableAdamPlan {
  using Kernel = LearnableAdamKernel;
  uint32_t log_learning_rate = 0;
  uint32_t log_one_minus_beta1 = 0;
  uint32_t log_one_minus_beta2 = 0;
  uint32_t log_epsilon = 0;

  uint32_t theta_size = 0;
  uint32_t prepared_size = 16;
  uint32_t scratch_size = 0;
  size_t state_size = 0;  // first moments, second moments
  size_t parameters = 0;
};

}  // namespace paceline
