// mlp_nom_lopt: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/mlp_nom_lopt/plan.h"

namespace paceline {

struct MlpNomLoptFamily : FamilyBase<v1::MlpNomLopt, MlpNomPlan, v1::LearnedOptimizer::kMlpNomLopt,
                                     &v1::LearnedOptimizer::mlp_nom_lopt> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
