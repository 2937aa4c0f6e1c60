#include "tests/testing/golden_optimizer.h"

#include <algorithm>

namespace paceline::testing {
namespace {

template <class PerParameter>
void SetNetwork(const nlohmann::json& config, PerParameter& own) {
  own.set_hidden(config.at("hidden_size"));
  own.set_layers(config.at("hidden_layers"));
  own.set_step_multiplier(config.at("step_mult"));
  own.set_exp_multiplier(config.at("exp_mult"));
}

}  // namespace

std::optional<v1::LearnedOptimizer> GoldenOptimizer(const nlohmann::json& config) {
  v1::LearnedOptimizer result;
  const std::string name = config.value("optimizer", "");
  if (name == "LearnableSGD") {
    result.mutable_learnable_sgd()->set_learning_rate(config.at("initial_lr"));
  } else if (name == "LearnableSGDM") {
    result.mutable_learnable_sgdm()->set_learning_rate(config.at("initial_lr"));
    result.mutable_learnable_sgdm()->set_momentum(config.at("initial_momentum"));
  } else if (name == "LearnableAdam") {
    v1::LearnableAdam& own = *result.mutable_learnable_adam();
    own.set_learning_rate(config.at("initial_lr"));
    own.set_beta1(config.at("initial_beta1"));
    own.set_beta2(config.at("initial_beta2"));
    own.set_epsilon(config.at("initial_epsilon"));
  } else if (name == "MLPLOpt") {
    SetNetwork(config, *result.mutable_mlp_lopt());
  } else if (name == "AdafacMLPLOpt") {
    SetNetwork(config, *result.mutable_adafac_mlp());
  } else {
    return std::nullopt;
  }
  return result;
}

std::vector<float> GoldenTheta(const GoldenFile& file, const ThetaLayout& layout) {
  EXPECT_EQ(file.NamesUnder("theta/").size(), layout.leaves.size()) << file.name;
  std::vector<float> theta(layout.size);
  for (const ThetaLeaf& leaf : layout.leaves) {
    const Tensor& tensor = file.at("theta/" + leaf.path);
    EXPECT_EQ(tensor.shape, leaf.shape) << file.name << " " << leaf.path;
    if (tensor.elements() == leaf.size) {
      std::ranges::copy(tensor.f32(), theta.begin() + leaf.offset);
    }
  }
  return theta;
}

}  // namespace paceline::testing
