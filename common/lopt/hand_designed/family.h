// learnable_sgd, learnable_sgdm, learnable_adam: for the table of families
// (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/hand_designed/plan.h"

namespace paceline {

struct LearnableSgdFamily : FamilyDefaults {
  using Config = v1::LearnableSgd;
  using Plan = LearnableSgdPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kLearnableSgd;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) {
    return optimizer.learnable_sgd();
  }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

struct LearnableSgdmFamily : FamilyDefaults {
  using Config = v1::LearnableSgdm;
  using Plan = LearnableSgdmPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kLearnableSgdm;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) {
    return optimizer.learnable_sgdm();
  }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

struct LearnableAdamFamily : FamilyDefaults {
  using Config = v1::LearnableAdam;
  using Plan = LearnableAdamPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kLearnableAdam;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) {
    return optimizer.learnable_adam();
  }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
