// nn_adam: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/nn_adam/plan.h"

namespace paceline {

struct NnAdamFamily : FamilyDefaults {
  using Config = v1::NnAdam;
  using Plan = NnAdamPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kNnAdam;
  static constexpr bool kReadsThetaWhole = true;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) { return optimizer.nn_adam(); }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
