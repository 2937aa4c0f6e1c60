// Baselines followed over fixed gradients.
#pragma once

#include <cmath>
#include <random>
#include <vector>

#include "worker/optim/optimizer.h"

namespace paceline {

// Tensors one after the other, of the given shapes.
inline std::vector<ParameterTensor> TensorsOf(const std::vector<std::vector<int64_t>>& shapes) {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  for (const auto& shape : shapes) {
    size_t size = 1;
    for (const int64_t axis : shape) size *= static_cast<size_t>(axis);
    tensors.push_back({"p" + std::to_string(tensors.size()), shape, offset, size});
    offset += size;
  }
  return tensors;
}

// Of very different sizes, and with a drift.
inline std::vector<float> RandomFloats(std::mt19937& random, size_t count) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = (normal(random) + 0.2f) * std::pow(10.0f, static_cast<float>(i % 3) - 2);
  }
  return values;
}

// Parameters after each update of a training of gradients.size() steps.
inline std::vector<std::vector<float>> Follow(const Optimizer& optimizer,
                                              const std::vector<float>& theta,
                                              std::vector<float> parameters,
                                              const std::vector<std::vector<float>>& gradients) {
  const auto prepared = optimizer.Prepare(theta);
  std::vector<float> state(optimizer.state_size(), NAN), scratch(optimizer.scratch_size(), NAN);
  optimizer.InitState(*prepared, state);
  std::vector<std::vector<float>> trajectory;
  for (size_t i = 0; i < gradients.size(); ++i) {
    const InnerStep step = {.iteration = static_cast<int64_t>(i),
                            .num_steps = static_cast<int64_t>(gradients.size()),
                            .gradient = gradients[i].data()};
    optimizer.Update(*prepared, step, parameters, state, scratch);
    trajectory.push_back(parameters);
  }
  return trajectory;
}

}  // namespace paceline
