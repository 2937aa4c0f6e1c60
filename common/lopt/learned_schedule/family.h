// learned_schedule: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/learned_schedule/plan.h"

namespace paceline {

struct LearnedScheduleFamily
    : FamilyBase<v1::LearnedSchedule, LearnedSchedulePlan, v1::LearnedOptimizer::kLearnedSchedule,
                 &v1::LearnedOptimizer::learned_schedule> {
  static constexpr bool kReadsLoss = true;
  static constexpr bool kReadsNumSteps = true;
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
