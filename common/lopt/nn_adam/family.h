// nn_adam: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/nn_adam/plan.h"

namespace paceline {

struct NnAdamFamily : FamilyBase<v1::NnAdam, NnAdamPlan, v1::LearnedOptimizer::kNnAdam,
                                 &v1::LearnedOptimizer::nn_adam> {
  static constexpr bool kReadsThetaWhole = true;
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
