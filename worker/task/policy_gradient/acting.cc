#include "worker/task/policy_gradient/acting.h"

namespace paceline::control {

#define PACELINE_DECLARE(target)                                                    \
  namespace simd_##target {                                                         \
    void Act(const ActingPlan&, const float*, const ActingGroup&);                  \
    void Value(const ActingPlan&, const float*, const float*, int, float*, float*); \
  }
PACELINE_DECLARE(Scalar)
PACELINE_DECLARE(Avx2)
PACELINE_DECLARE(Avx512)
#undef PACELINE_DECLARE

void Act(lane::Target target, const ActingPlan& plan, const float* parameters,
         const ActingGroup& group) {
  switch (target) {
    case lane::Target::kScalar:
      return simd_Scalar::Act(plan, parameters, group);
    case lane::Target::kAvx2:
      return simd_Avx2::Act(plan, parameters, group);
    case lane::Target::kAvx512:
      return simd_Avx512::Act(plan, parameters, group);
  }
}

void Value(lane::Target target, const ActingPlan& plan, const float* parameters, const float* seen,
           int count, float* values, float* work) {
  switch (target) {
    case lane::Target::kScalar:
      return simd_Scalar::Value(plan, parameters, seen, count, values, work);
    case lane::Target::kAvx2:
      return simd_Avx2::Value(plan, parameters, seen, count, values, work);
    case lane::Target::kAvx512:
      return simd_Avx512::Value(plan, parameters, seen, count, values, work);
  }
}

}  // namespace paceline::control
