// Defines OpsOf (ops.h) for the instruction set that the including simd.cc is compiled for:
//
//   #include "worker/optim/make_ops.h"
//   #include "worker/optim/adafac_mlp/kernel.h"
//   PACELINE_OPTIM_OPS(AdafacMlpPlan)
#pragma once

#include "common/lane/simd.h"
#include "common/lane/team.h"
#include "worker/optim/ops.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {
namespace {

using V = lane::SimdLane;

template <class Plan>
void Prepare(const Plan& plan, const float* theta, float* prepared) {
  Plan::Kernel::template Prepare<V>(plan, theta, prepared, lane::Solo());
}

template <class Plan>
void InitState(const Plan& plan, const float* prepared, float* state) {
  Plan::Kernel::template InitState<V>(plan, prepared, state, lane::Solo());
}

template <class Plan>
void Update(const Plan& plan, const float* prepared, const InnerStep& step, float* parameters,
            float* state, float* scratch) {
  Plan::Kernel::template Update<V>(plan, prepared, step, parameters, state, scratch, lane::Solo());
}

}  // namespace

template <class Plan>
const OptimOps<Plan>& OpsOf() {
  static constexpr OptimOps<Plan> kOps = {Prepare<Plan>, InitState<Plan>, Update<Plan>};
  return kOps;
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE

#define PACELINE_OPTIM_OPS(PLAN)                \
  namespace paceline::PACELINE_SIMD_NAMESPACE { \
  template const OptimOps<PLAN>& OpsOf<PLAN>(); \
  }
