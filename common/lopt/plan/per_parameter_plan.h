// What the plans of all per-parameter networks hold: the network, the tensors, and the scratch of
// the steps that they share.
#pragma once

#include "common/lopt/plan/curvature_plan.h"
#include "common/lopt/plan/network_plan.h"
#include "common/lopt/plan/plan_sizes.h"
#include "common/lopt/plan/stability_plan.h"
#include "common/lopt/plan/tensor_plan.h"

namespace paceline {

struct PerParameterPlan : PlanSizes {
  NetworkPlan network;
  GradientClip clip;
  StepSize step_size;
  CurvaturePlan curvature;
  uint32_t tensor_count = 0;
  const TensorPlan* tensors = nullptr;
  // Scratch, room for any one tensor.
  uint32_t sums = 0;               // as SumElements wants it
  uint32_t totals = 0;             // [features]
  uint32_t staged_gradient = 0;    // as the largest tensor that is not in place
  uint32_t staged_parameters = 0;  // likewise
};

}  // namespace paceline
