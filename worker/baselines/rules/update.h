// A rule's update, once per instruction set; all give the same bits. A rule's own file defines them
// for its plans (update_simd.h).
#pragma once

#include "common/lane/dispatch.h"
#include "worker/baselines/rules/around.h"

namespace paceline {

namespace simd_Scalar {
template <class Plan>
void UpdateRule(const AroundPlan& around, const Plan& plan, const RuleStep<float>& step);
}
namespace simd_Avx2 {
template <class Plan>
void UpdateRule(const AroundPlan& around, const Plan& plan, const RuleStep<float>& step);
}
namespace simd_Avx512 {
template <class Plan>
void UpdateRule(const AroundPlan& around, const Plan& plan, const RuleStep<float>& step);
}

// The processor must be able to run `target`.
template <class Plan>
void UpdateRuleOn(lane::Target target, const AroundPlan& around, const Plan& plan,
                  const RuleStep<float>& step) {
  switch (target) {
    case lane::Target::kScalar:
      return simd_Scalar::UpdateRule(around, plan, step);
    case lane::Target::kAvx2:
      return simd_Avx2::UpdateRule(around, plan, step);
    case lane::Target::kAvx512:
      return simd_Avx512::UpdateRule(around, plan, step);
  }
}

}  // namespace paceline
