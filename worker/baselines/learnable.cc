#include "worker/baselines/learnable.h"

#include <utility>

#include "common/lopt/layout.h"

namespace paceline {
namespace {

// set_rate(rate, config)
template <class SetRate>
Baseline Learnable(std::string key, std::string title, const v1::LearnedOptimizer& config,
                   SetRate set_rate) {
  return {.key = std::move(key),
          .title = std::move(title),
          .knobs = {{.name = "learning rate",
                     .values = {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3}}},
          .theta =
              [config, set_rate](std::span<const double> values) {
                v1::LearnedOptimizer own = config;
                set_rate(values[0], own);
                // Its leaves are constants: the key has no influence.
                return InitialTheta(LayoutOf(own), 0);
              },
          .make =
              [config](const std::vector<ParameterTensor>& tensors) {
                return MakeOptimizer(config, tensors, Arithmetic::kSimd);
              }};
}

}  // namespace

Baseline SgdBaseline() {
  v1::LearnedOptimizer config;
  config.mutable_learnable_sgd()->set_learning_rate(1);
  return Learnable("sgd", "SGD", config, [](double rate, v1::LearnedOptimizer& own) {
    own.mutable_learnable_sgd()->set_learning_rate(rate);
  });
}

Baseline MomentumBaseline() {
  v1::LearnedOptimizer config;
  config.mutable_learnable_sgdm()->set_learning_rate(1);
  config.mutable_learnable_sgdm()->set_momentum(0.9);
  return Learnable("momentum", "Momentum", config, [](double rate, v1::LearnedOptimizer& own) {
    own.mutable_learnable_sgdm()->set_learning_rate(rate);
  });
}

Baseline AdamBaseline() {
  v1::LearnedOptimizer config;
  v1::LearnableAdam& adam = *config.mutable_learnable_adam();
  adam.set_learning_rate(1);
  adam.set_beta1(0.9);
  adam.set_beta2(0.999);
  adam.set_epsilon(1e-8);
  return Learnable("adam", "Adam", config, [](double rate, v1::LearnedOptimizer& own) {
    own.mutable_learnable_adam()->set_learning_rate(rate);
  });
}

}  // namespace paceline
