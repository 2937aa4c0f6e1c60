#include "common/lopt/layout.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace paceline {
namespace {

constexpr int kMlpLoptInputs = 19;    // gradient, parameter, 6 momenta, 11 time features
constexpr int kAdafacMlpInputs = 39;  // 28 columns (reference 2.3), 11 time features
constexpr int kOutputs = 2;           // direction, magnitude

ThetaLeaf Constant(std::string path, std::vector<int64_t> shape, double value) {
  return {.path = std::move(path), .shape = std::move(shape), .initial_value = value};
}

// Weight and bias paths of layer i.
using LayerPaths = std::pair<std::string, std::string> (*)(const std::string& i);

std::vector<ThetaLeaf> MlpLeaves(int64_t inputs, int64_t hidden, int layers, LayerPaths paths) {
  std::vector<ThetaLeaf> leaves;
  for (int i = 0; i <= layers; ++i) {
    const int64_t fan_in = i == 0 ? inputs : hidden;
    const int64_t fan_out = i == layers ? kOutputs : hidden;
    const auto [weight, bias] = paths(std::to_string(i));
    leaves.push_back({.path = weight,
                      .shape = {fan_in, fan_out},
                      .initial_stddev = 1 / std::sqrt(static_cast<double>(fan_in))});
    leaves.push_back(Constant(bias, {fan_out}, 0));
  }
  return leaves;
}

std::vector<ThetaLeaf> SgdLeaves(const v1::LearnableSgd& config) {
  return {Constant("log_lr", {}, std::log(config.learning_rate()))};
}

std::vector<ThetaLeaf> SgdmLeaves(const v1::LearnableSgdm& config) {
  return {Constant("log_lr", {}, std::log(config.learning_rate())),
          Constant("one_minus_momentum", {}, std::log(1 - config.momentum()))};
}

std::vector<ThetaLeaf> AdamLeaves(const v1::LearnableAdam& config) {
  return {Constant("log_lr", {}, std::log(config.learning_rate())),
          Constant("one_minus_beta1", {}, std::log(1 - config.beta1())),
          Constant("one_minus_beta2", {}, std::log(1 - config.beta2())),
          Constant("log_epsilon", {}, std::log(config.epsilon()))};
}

std::vector<ThetaLeaf> MlpLoptLeaves(const v1::MlpLopt& config) {
  return MlpLeaves(kMlpLoptInputs, config.hidden(), config.layers(), [](const std::string& i) {
    return std::pair("mlp/~/linear_" + i + "/w", "mlp/~/linear_" + i + "/b");
  });
}

std::vector<ThetaLeaf> AdafacMlpLeaves(const v1::AdafacMlp& config) {
  std::vector<ThetaLeaf> leaves =
      MlpLeaves(kAdafacMlpInputs, config.hidden(), config.layers(),
                [](const std::string& i) { return std::pair("nn/~/w" + i, "nn/~/b" + i); });
  leaves.push_back(Constant("momentum_decays", {3}, 0));
  leaves.push_back(Constant("rms_decays", {1}, 0));
  leaves.push_back(Constant("adafactor_decays", {3}, 0));
  return leaves;
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
    case v1::LearnedOptimizer::kSystemParameters:
      return Finished("system_parameters", SystemLeaves(config.system_parameters()));
    case v1::LearnedOptimizer::KIND_NOT_SET:
      break;
  }
  std::fprintf(stderr, "a learned optimizer of no kind has no theta\n");
  std::abort();
}

}  // namespace paceline
