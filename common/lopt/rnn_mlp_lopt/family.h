// rnn_mlp_lopt: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/family_parts.h"
#include "common/lopt/rnn_mlp_lopt/plan.h"

namespace paceline {

struct RnnMlpLoptFamily : FamilyDefaults {
  using Config = v1::RnnMlpLopt;
  using Plan = RnnMlpPlan;
  static constexpr auto kKind = v1::LearnedOptimizer::kRnnMlpLopt;
  static constexpr bool kReadsLoss = true;
  static constexpr bool kReadsThetaWhole = true;
  static const Config& Of(const v1::LearnedOptimizer& optimizer) {
    return optimizer.rnn_mlp_lopt();
  }
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
