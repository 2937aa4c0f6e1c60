// The optimizers' loops, once per instruction set; all give the same bits. Plain data and raw
// pointers, so that the files compiled for newer instructions share no inline functions with
// others.
//
// A family of optimizers is a plan (plain data, common/lopt), a kernel over a lane type and a team
// (kernel.h of its folder: Prepare, InitState, Update), the kernel's instances (simd.cc), and its
// line in the list below.
#pragma once

#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/celo2/plan.h"
#include "common/lopt/hand_designed/plan.h"
#include "common/lopt/hyper_v2/plan.h"
#include "common/lopt/learned_schedule/plan.h"
#include "common/lopt/linear/plan.h"
#include "common/lopt/mlp_lopt/plan.h"
#include "common/lopt/mlp_nom_lopt/plan.h"
#include "common/lopt/nn_adam/plan.h"
#include "common/lopt/rnn_mlp_lopt/plan.h"
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
