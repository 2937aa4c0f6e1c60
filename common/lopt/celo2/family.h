// celo2: for the table of families (common/lopt/families.h).
#pragma once

#include "common/lopt/celo2/plan.h"
#include "common/lopt/family_parts.h"

namespace paceline {

// Vectors and embeddings; the others are matrices of their last two axes.
inline bool MovesByAdam(const ParameterTensor& tensor) {
  return tensor.shape.size() < 2 || tensor.kind == TensorKind::kEmbedding;
}

struct Celo2Family
    : FamilyBase<v1::Celo2, Celo2Plan, v1::LearnedOptimizer::kCelo2, &v1::LearnedOptimizer::celo2> {
  static std::vector<ThetaLeaf> Leaves(const Config& config);
  static OwnedPlan<Plan> PlanFor(const v1::LearnedOptimizer& optimizer,
                                 const std::vector<ParameterTensor>& tensors);
  static double Flops(const Config& config, const std::vector<ParameterTensor>& tensors);
  static double Accumulators(const Config& config, const ParameterTensor& tensor);
};

}  // namespace paceline
