// learnable_sgd, learnable_sgdm, learnable_adam: for the table of families
// (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/hand_designed/plan.h"

namespace paceline {

struct LearnableSgdFamily
    : FamilyBase<v1::LearnableSgd, LearnableSgdPlan, v1::LearnedOptimizer::kLearnableSgd,
                 &v1::LearnedOptimizer::learnable_sgd> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

struct LearnableSgdmFamily
    : FamilyBase<v1::LearnableSgdm, LearnableSgdmPlan, v1::LearnedOptimizer::kLearnableSgdm,
                 &v1::LearnedOptimizer::learnable_sgdm> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

struct LearnableAdamFamily
    : FamilyBase<v1::LearnableAdam, LearnableAdamPlan, v1::LearnedOptimizer::kLearnableAdam,
                 &v1::LearnedOptimizer::learnable_adam> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
