// For files compiled by paceline_simd_sources: defines the updates of update.h.
#pragma once

#include "common/lane/simd.h"
#include "worker/baselines/rules/around.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {

template <class Plan>
void UpdateRule(const AroundPlan& around, const Plan& plan, const RuleStep<float>& step) {
  UpdateAround<lane::SimdLane>(around, plan, step);
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE

#define PACELINE_DEFINE_RULE_UPDATE(Plan)                      \
  template void paceline::PACELINE_SIMD_NAMESPACE::UpdateRule( \
      const paceline::AroundPlan&, const paceline::Plan&, const paceline::RuleStep<float>&)
