// rnn_mlp_lopt: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/rnn_mlp_lopt/plan.h"

namespace paceline {

struct RnnMlpLoptFamily : FamilyBase<v1::RnnMlpLopt, RnnMlpPlan, v1::LearnedOptimizer::kRnnMlpLopt,
                                     &v1::LearnedOptimizer::rnn_mlp_lopt> {
  static constexpr bool kReadsLoss = true;
  static constexpr bool kReadsThetaWhole = true;
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
