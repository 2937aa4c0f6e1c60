// hyper_v2: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/hyper_v2/plan.h"

namespace paceline {

struct HyperV2Family : FamilyDefaults {
  using Config = v1::HyperV2;
  using Plan = HyperV2Plan;
  static constexpr auto kKind = v1::LearnedOptimizer::kHyperV2;
  static constexpr bool kReadsLoss = true;
  static constexpr bool kReadsNumSteps = true;
  static constexpr bool kReadsThetaWhole = true;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) { return optimizer.hyper_v2(); }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
