// linear: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/linear/plan.h"

namespace paceline {

struct LinearFamily : FamilyDefaults {
  using Config = v1::Linear;
  using Plan = LinearPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kLinear;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) { return optimizer.linear(); }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
