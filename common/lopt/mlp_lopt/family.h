// mlp_lopt: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/mlp_lopt/plan.h"

namespace paceline {

struct MlpLoptFamily : FamilyBase<v1::MlpLopt, MlpLoptPlan, v1::LearnedOptimizer::kMlpLopt,
                                  &v1::LearnedOptimizer::mlp_lopt> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
