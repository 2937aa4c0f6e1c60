#include "common/lopt/layout.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "common/lopt/leaves.h"

namespace paceline {
namespace {

// In order of path, as the original library's trees are flattened.
ThetaLayout Finished(std::string optimizer, std::vector<ThetaLeaf> leaves) {
  std::sort(leaves.begin(), leaves.end(),
            [](const ThetaLeaf& a, const ThetaLeaf& b) { return a.path < b.path; });
  ThetaLayout layout{.optimizer = std::move(optimizer), .leaves = std::move(leaves)};
  for (ThetaLeaf& leaf : layout.leaves) {
    leaf.offset = layout.size;
    leaf.size = 1;
    for (const int64_t size : leaf.shape) leaf.size *= size;
    layout.size += leaf.size;
  }
  return layout;
}

}  // namespace

const ThetaLeaf& ThetaLayout::leaf(const std::string& path) const {
  for (const ThetaLeaf& leaf : leaves) {
    if (leaf.path == path) return leaf;
  }
  std::fprintf(stderr, "the theta of %s has no leaf %s\n", optimizer.c_str(), path.c_str());
  std::abort();
}

ThetaLayout LayoutOf(const v1::LearnedOptimizer& config) {
  switch (config.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgd:
      return Finished("learnable_sgd", LearnableSgdLeaves(config.learnable_sgd()));
    case v1::LearnedOptimizer::kLearnableSgdm:
      return Finished("learnable_sgdm", LearnableSgdmLeaves(config.learnable_sgdm()));
    case v1::LearnedOptimizer::kLearnableAdam:
      return Finished("learnable_adam", LearnableAdamLeaves(config.learnable_adam()));
    case v1::LearnedOptimizer::kMlpLopt:
      return Finished("mlp_lopt", MlpLoptLeaves(config.mlp_lopt()));
    case v1::LearnedOptimizer::kAdafacMlp:
      return Finished("adafac_mlp", AdafacMlpLeaves(config.adafac_mlp()));
    case v1::LearnedOptimizer::kMuAdafacMlp:
      return Finished("mu_adafac_mlp", MuAdafacMlpLeaves(config.mu_adafac_mlp()));
    case v1::LearnedOptimizer::kMlpNomLopt:
      return Finished("mlp_nom_lopt", MlpNomLoptLeaves(config.mlp_nom_lopt()));
    case v1::LearnedOptimizer::kLinear:
      return Finished("linear", LinearLeaves(config.linear()));
    case v1::LearnedOptimizer::kCelo2:
      return Finished("celo2", Celo2Leaves(config.celo2()));
    case v1::LearnedOptimizer::kNnAdam:
      return Finished("nn_adam", NnAdamLeaves(config.nn_adam()));
    case v1::LearnedOptimizer::kRnnMlpLopt:
      return Finished("rnn_mlp_lopt", RnnMlpLoptLeaves(config.rnn_mlp_lopt()));
    case v1::LearnedOptimizer::kHyperV2:
      return Finished("hyper_v2", HyperV2Leaves(config.hyper_v2()));
    case v1::LearnedOptimizer::kLearnedSchedule:
      return Finished("learned_schedule", LearnedScheduleLeaves(config.learned_schedule()));
    case v1::LearnedOptimizer::kSystemParameters:
      return Finished("system_parameters", SystemLeaves(config.system_parameters()));
    case v1::LearnedOptimizer::KIND_NOT_SET:
      break;
  }
  std::fprintf(stderr, "a learned optimizer of no kind has no theta\n");
  std::abort();
}

}  // namespace paceline
