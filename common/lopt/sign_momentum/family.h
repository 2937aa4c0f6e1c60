// sign_momentum: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/sign_momentum/plan.h"

namespace paceline {

struct SignMomentumFamily
    : FamilyBase<v1::SignMomentum, SignMomentumPlan, v1::LearnedOptimizer::kSignMomentum,
                 &v1::LearnedOptimizer::sign_momentum> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
