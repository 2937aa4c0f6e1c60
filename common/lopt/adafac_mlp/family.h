// adafac_mlp, mu_adafac_mlp: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/family_parts.h"

namespace paceline {

struct AdafacMlpFamily : FamilyDefaults {
  using Config = v1::AdafacMlp;
  using Plan = AdafacMlpPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kAdafacMlp;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) { return optimizer.adafac_mlp(); }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

struct MuAdafacMlpFamily : FamilyDefaults {
  using Config = v1::MuAdafacMlp;
  using Plan = AdafacMlpPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kMuAdafacMlp;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) {
    return optimizer.mu_adafac_mlp();
  }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
