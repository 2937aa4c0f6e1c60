// Defines OpsOf (ops.h) for the instruction set that the including simd.cc is compiled for:
//
//   #include "worker/optim/make_ops.h"
//   #include "worker/optim/adafac_mlp/kernel.h"
//   PACELINE_OPTIM_OPS(AdafacMlpPlan, lane::SimdLane)
//
// over SimdLane if the kernel keeps many sums, over SimdWide if its operations wait for each other.
#pragma once

#include "common/lane/simd.h"
#include "common/lane/team.h"
#include "worker/optim/ops.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {
namespace {

template <class Plan, class V>
void Prepare(const Plan& plan, const float* theta, float* prepared) {
  Plan::Kernel::template Prepare<V>(plan, theta, prepared, lane::Solo());
}

template <class Plan, class V>
void InitState(const Plan& plan, const float* prepared, float* state) {
  Plan::Kernel::template InitState<V>(plan, prepared, state, lane::Solo());
}

template <class Plan, class V>
void Update(const Plan& plan, const float* prepared, const InnerStep& step, float* parameters,
            float* state, float* scratch) {
  Plan::Kernel::template Update<V>(plan, prepared, step, parameters, state, scratch, lane::Solo());
}

}  // namespace

template <class Plan, class V>
const OptimOps<Plan>& OpsOver() {
  static constexpr OptimOps<Plan> kOps = {Prepare<Plan, V>, InitState<Plan, V>, Update<Plan, V>};
  return kOps;
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE

#define PACELINE_OPTIM_OPS(PLAN, LANE)          \
  namespace paceline::PACELINE_SIMD_NAMESPACE { \
  template <>                                   \
  const OptimOps<PLAN>& OpsOf<PLAN>() {         \
    return OpsOver<PLAN, LANE>();               \
  }                                             \
  }
