// adafac_mlp, mu_adafac_mlp: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/family_parts.h"

namespace paceline {

struct AdafacMlpFamily : FamilyBase<v1::AdafacMlp, AdafacMlpPlan, v1::LearnedOptimizer::kAdafacMlp,
                                    &v1::LearnedOptimizer::adafac_mlp> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

struct MuAdafacMlpFamily
    : FamilyBase<v1::MuAdafacMlp, AdafacMlpPlan, v1::LearnedOptimizer::kMuAdafacMlp,
                 &v1::LearnedOptimizer::mu_adafac_mlp> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
