// MLPLOpt (reference 2.2) on a list of tensors, as plain data.
#pragma once

#include "common/lopt/plan/per_parameter_plan.h"

namespace paceline {

inline constexpr uint32_t kMlpLoptMomenta = 6;
inline constexpr uint32_t kMlpLoptFeatures = 8;

struct MlpLoptKernel;

// Inputs of the network: gradient, parameter, momenta. State of a tensor: momenta [6, padded].
struct MlpLoptPlan : PerParameterPlan {
  using Kernel = MlpLoptKernel;
};

}  // namespace paceline
