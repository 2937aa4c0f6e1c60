// The optimizers' loops, once per instruction set; all give the same bits. Plain data and raw
// pointers, so that the files compiled for newer instructions share no inline functions with
// others.
//
// A family of optimizers is a plan (plain data, *_plan.h), a kernel over a lane type and a team
// (*_kernel.h: Prepare, InitState, Update), the kernel's instances (*_simd.cc), a function that
// makes the plan (make.h), and its line in the list below.
#pragma once

#include "worker/optim/adafac_mlp_plan.h"
#include "worker/optim/celo2_plan.h"
#include "worker/optim/hand_designed_plan.h"
#include "worker/optim/hyper_v2_plan.h"
#include "worker/optim/inner_step.h"
#include "worker/optim/learned_schedule_plan.h"
#include "worker/optim/linear_plan.h"
#include "worker/optim/mlp_lopt_plan.h"
#include "worker/optim/mlp_nom_plan.h"
#include "worker/optim/nn_adam_plan.h"
#include "worker/optim/rnn_mlp_plan.h"

namespace paceline {

// Arrays begin at multiples of 64 bytes, or the loops are slower; sizes are the plan's.
template <class Plan>
struct OptimOps {
  void (*prepare)(const Plan& plan, const float* theta, float* prepared);
  void (*init_state)(const Plan& plan, const float* prepared, float* state);
  void (*update)(const Plan& plan, const float* prepared, const InnerStep& step, float* parameters,
                 float* state, float* scratch);
};

template <class... Plans>
struct PlanList {};

// All families.
using OptimPlans = PlanList<LearnableSgdPlan, LearnableSgdmPlan, LearnableAdamPlan, MlpLoptPlan,
                            AdafacMlpPlan, MlpNomPlan, LinearPlan, Celo2Plan, NnAdamPlan,
                            RnnMlpPlan, HyperV2Plan, LearnedSchedulePlan>;

// Each family's *_simd.cc has the instances.
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
