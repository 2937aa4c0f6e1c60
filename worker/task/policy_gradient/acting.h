// A policy at work: the kernels of acting_simd.cc by instruction set. The same bits on each.
#pragma once

#include "common/lane/dispatch.h"
#include "worker/task/policy_gradient/acting_plan.h"

namespace paceline::control {

// Sixteen episodes from their starts to their ends, by actions that the policy draws. The processor
// must be able to run `target`.
void Act(lane::Target target, const ActingPlan& plan, const float* parameters,
         const ActingGroup& group);

// The value function of what is seen [count, observed, kGroup] → values [count, kGroup]. work: as
// ActingGroup's.
void Value(lane::Target target, const ActingPlan& plan, const float* parameters, const float* seen,
           int count, float* values, float* work);

}  // namespace paceline::control
