// learned_schedule: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/learned_schedule/plan.h"

namespace paceline {

struct LearnedScheduleFamily : FamilyDefaults {
  using Config = v1::LearnedSchedule;
  using Plan = LearnedSchedulePlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kLearnedSchedule;
  static constexpr bool kReadsLoss = true;
  static constexpr bool kReadsNumSteps = true;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) {
    return optimizer.learned_schedule();
  }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
