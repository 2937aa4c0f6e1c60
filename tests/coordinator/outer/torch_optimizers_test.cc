// The outer optimizers against LibTorch's own, in double, over many updates of the same gradients.
#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "coordinator/outer/outer_optimizer.h"
#include "tests/coordinator/outer/configs.h"

namespace paceline {
namespace {

constexpr int64_t kParameters = 30;
constexpr int kUpdates = 400;
// Ours are stored in float32: of each update's rounding, at most as many times as there are
// updates.
constexpr double kTolerance = 3e-5;

using MakeTorch =
    std::function<std::unique_ptr<torch::optim::Optimizer>(const std::vector<at::Tensor>&)>;

void ExpectSame(const v1::OuterOptimizer& config, const MakeTorch& make_torch) {
  const auto ours = MakeOuterOptimizer(config, {kParameters});
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> theta(kParameters);
  for (float& x : theta) x = normal(random);
  at::Tensor parameter = torch::tensor(std::vector<double>(theta.begin(), theta.end()),
                                       torch::TensorOptions(torch::kDouble))
                             .requires_grad_();
  const auto theirs = make_torch({parameter});
  for (int step = 0; step < kUpdates; ++step) {
    std::vector<float> gradient(kParameters);
    // Of very different sizes, and with a drift.
    for (size_t i = 0; i < gradient.size(); ++i) {
      gradient[i] = (normal(random) + 0.2f) * std::pow(10.0f, static_cast<float>(i % 5) - 3);
    }
    ours->Apply(step, 1, gradient, theta);
    parameter.mutable_grad() = torch::tensor(std::vector<double>(gradient.begin(), gradient.end()),
                                             torch::TensorOptions(torch::kDouble));
    theirs->step();
    const double* expected = parameter.const_data_ptr<double>();
    for (int64_t i = 0; i < kParameters; ++i) {
      ASSERT_NEAR(theta[i], expected[i], kTolerance * std::max(1.0, std::abs(expected[i])))
          << "update " << step << ", element " << i;
    }
  }
}

TEST(TorchParity, Sgd) {
  ExpectSame(SgdConfig(0.01), [](const auto& parameters) {
    return std::make_unique<torch::optim::SGD>(parameters, torch::optim::SGDOptions(0.01));
  });
}

TEST(TorchParity, Momentum) {
  ExpectSame(MomentumConfig(0.01, 0.8), [](const auto& parameters) {
    return std::make_unique<torch::optim::SGD>(parameters,
                                               torch::optim::SGDOptions(0.01).momentum(0.8));
  });
}

TEST(TorchParity, Adam) {
  ExpectSame(AdamConfig(AdamSettings(0.003, 1e-8, 0)), [](const auto& parameters) {
    return std::make_unique<torch::optim::Adam>(parameters,
                                                torch::optim::AdamOptions(0.003).eps(1e-8));
  });
}

TEST(TorchParity, AdamW) {
  ExpectSame(AdamwConfig(AdamSettings(0.003, 1e-8, 0, 0.1)), [](const auto& parameters) {
    return std::make_unique<torch::optim::AdamW>(
        parameters, torch::optim::AdamWOptions(0.003).eps(1e-8).weight_decay(0.1));
  });
}

TEST(TorchParity, RmsProp) {
  ExpectSame(RmsPropConfig(0.001, 0.95, 1e-8, 0), [](const auto& parameters) {
    return std::make_unique<torch::optim::RMSprop>(
        parameters, torch::optim::RMSpropOptions(0.001).alpha(0.95).eps(1e-8));
  });
}

TEST(TorchParity, RmsPropWithMomentum) {
  ExpectSame(RmsPropConfig(0.001, 0.95, 1e-8, 0.7), [](const auto& parameters) {
    return std::make_unique<torch::optim::RMSprop>(
        parameters, torch::optim::RMSpropOptions(0.001).alpha(0.95).eps(1e-8).momentum(0.7));
  });
}

}  // namespace
}  // namespace paceline
