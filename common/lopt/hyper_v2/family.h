// hyper_v2: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/hyper_v2/plan.h"

namespace paceline {

struct HyperV2Family : FamilyBase<v1::HyperV2, HyperV2Plan, v1::LearnedOptimizer::kHyperV2,
                                  &v1::LearnedOptimizer::hyper_v2> {
  static constexpr bool kReadsLoss = true;
  static constexpr bool kReadsNumSteps = true;
  static constexpr bool kReadsThetaWhole = true;
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
