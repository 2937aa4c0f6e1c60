// A small module's parameters and their gradients, the same for every caller.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/worker/torch_optimizer/checkpoints.h"
#include "worker/torch_optimizer/learned_optimizer.h"

namespace paceline::testing {

inline std::vector<torch::Tensor> Parameters(int seed = 1) {
  torch::manual_seed(seed);
  std::vector<torch::Tensor> parameters = {torch::randn({3, 4}), torch::randn({3}),
                                           torch::randn({2, 3})};
  for (torch::Tensor& parameter : parameters) parameter.requires_grad_();
  return parameters;
}

// Those of step `step`.
inline void SetGradients(std::vector<torch::Tensor>& parameters, int step) {
  torch::manual_seed(100 + step);
  for (torch::Tensor& parameter : parameters) {
    parameter.mutable_grad() = torch::randn(parameter.sizes());
  }
}

inline void Train(LearnedOptimizer& optimizer, std::vector<torch::Tensor>& parameters, int begin,
                  int end) {
  for (int step = begin; step < end; ++step) {
    SetGradients(parameters, step);
    optimizer.set_loss(1.0 / (1 + step));
    optimizer.step();
  }
}

inline std::vector<std::vector<float>> Values(const std::vector<torch::Tensor>& parameters) {
  std::vector<std::vector<float>> values;
  for (const torch::Tensor& parameter : parameters) values.push_back(ToVector(parameter));
  return values;
}

template <class Act>
std::string ErrorOf(const Act& act) {
  try {
    act();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace paceline::testing
