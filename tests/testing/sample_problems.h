// Random problems for optimizers.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "common/lopt/layout.h"
#include "worker/optim/optimizer.h"

namespace paceline {

// Tensors of these shapes, one after the other.
inline std::vector<ParameterTensor> TensorsOf(const std::vector<std::vector<int64_t>>& shapes) {
  std::vector<ParameterTensor> tensors;
  size_t offset = 0;
  for (const auto& shape : shapes) {
    size_t size = 1;
    for (const int64_t axis : shape) size *= static_cast<size_t>(axis);
    // Kinds by rank, so that rules that go by them have something to go by.
    const TensorKind kind = shape.size() == 2 ? TensorKind::kHiddenWeights : TensorKind::kOther;
    tensors.push_back({"p" + std::to_string(tensors.size()), shape, offset, size, kind});
    offset += size;
  }
  return tensors;
}

inline std::vector<float> RandomValues(size_t count, float scale, std::mt19937& random) {
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// θ with every leaf away from its initial value, so that biases and decays matter.
inline std::vector<float> RandomTheta(const v1::LearnedOptimizer& config, std::mt19937& random) {
  const ThetaLayout layout = LayoutOf(config);
  std::vector<float> theta = InitialTheta(layout, random());
  const std::vector<float> noise = RandomValues(theta.size(), 0.05f, random);
  for (size_t i = 0; i < theta.size(); ++i) theta[i] += noise[i];
  return theta;
}

}  // namespace paceline
