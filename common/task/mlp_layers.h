// Hidden layers of an MLP with all that google/learned_optimization's have: dense, norm, dropout,
// activation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/task/network_parts.h"

namespace paceline {

struct MlpLayers {
  std::vector<int64_t> hidden;
  v1::Activation activation = v1::ACTIVATION_UNSPECIFIED;
  v1::Norm norm = v1::NORM_NONE;
  double dropout = 0;
};

bool IsNormed(v1::Norm norm);

// x [example, in] → [example, last hidden], or x itself.
Value HiddenLayers(NetworkBuilder& net, const MlpLayers& layers, Value x, const Weights& weights);

// The layer after them, without activation.
Value OutputLayer(NetworkBuilder& net, const MlpLayers& layers, Value x, int64_t out,
                  const Weights& weights);

}  // namespace paceline
