#include "common/lopt/layout.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "common/lopt/leaves.h"

namespace paceline {
namespace {

std::vector<ThetaLeaf> SgdLeaves(const v1::LearnableSgd& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate()))};
}

std::vector<ThetaLeaf> SgdmLeaves(const v1::LearnableSgdm& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate())),
          ConstantLeaf("one_minus_momentum", {}, std::log(1 - config.momentum()))};
}

std::vector<ThetaLeaf> AdamLeaves(const v1::LearnableAdam& config) {
  return {ConstantLeaf("log_lr", {}, std::log(config.learning_rate())),
          ConstantLeaf("one_minus_beta1", {}, std::log(1 - config.beta1())),
          ConstantLeaf("one_minus_beta2", {}, std::log(1 - config.beta2())),
          ConstantLeaf("log_epsilon", {}, std::log(config.epsilon()))};
}

std::vector<ThetaLeaf> SystemLeaves(const v1::SystemParameters& config) {
  return {{.path = "theta",
           .shape = {config.initial_size()},
           .initial_values = {config.initial().begin(), config.initial().end()}}};
}

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
      return Finished("learnable_sgd", SgdLeaves(config.learnable_sgd()));
    case v1::LearnedOptimizer::kLearnableSgdm:
      return Finished("learnable_sgdm", SgdmLeaves(config.learnable_sgdm()));
    case v1::LearnedOptimizer::kLearnableAdam:
      return Finished("learnable_adam", AdamLeaves(config.learnable_adam()));
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
