// An optimizer's loops, once per instruction set; all give the same bits. Plain data and raw
// pointers, so that the files compiled for newer instructions share no inline functions with
// others.
#pragma once

#include "worker/optim/inner_step.h"

namespace paceline {

// Arrays begin at multiples of 64 bytes, or the loops are slower; sizes are the plan's.
template <class Plan>
struct OptimOps {
  void (*prepare)(const Plan& plan, const float* theta, float* prepared);
  void (*init_state)(const Plan& plan, const float* prepared, float* state);
  void (*update)(const Plan& plan, const float* prepared, const InnerStep& step, float* parameters,
                 float* state, float* scratch);
};

// simd.cc of each family's folder has the instances.
namespace simd_Scalar {
template <class Plan>
const OptimOps<Plan>& OpsOf();
}
namespace simd_Avx2 {
template <class Plan>
const OptimOps<Plan>& OpsOf();
}
namespace simd_Avx512 {
template <class Plan>
const OptimOps<Plan>& OpsOf();
}

}  // namespace paceline
