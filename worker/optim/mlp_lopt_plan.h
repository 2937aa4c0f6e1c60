// MLPLOpt (reference 2.2) on a list of tensors, as plain data.
#pragma once

#include "worker/optim/network_plan.h"
#include "worker/optim/tensor_plan.h"

namespace paceline {

inline constexpr uint32_t kMlpLoptMomenta = 6;
inline constexpr uint32_t kMlpLoptFeatures = 8;

struct MlpLoptKernel;

// State of a tensor: momenta [6, padded].
struct MlpLoptPlan {
  using Kernel = MlpLoptKernel;

  NetworkPlan network;  // inputs: gradient, parameter, momenta
  // Scratch.
  uint32_t sums = 0;
  uint32_t totals = 0;             // [8]
  uint32_t staged_gradient = 0;    // as the largest tensor that is not in place
  uint32_t staged_parameters = 0;  // likewise

  uint32_t theta_size = 0;
  uint32_t prepared_size = 0;
  uint32_t scratch_size = 0;
  size_t state_size = 0;
  uint32_t tensor_count = 0;
  const TensorPlan* tensors = nullptr;
};

}  // namespace paceline
