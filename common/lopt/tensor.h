// A parameter tensor of an inner task, as a learned optimizer sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace paceline {

// What a tensor is to its network: rules that depend on the network's width go by it.
enum class TensorKind { kOther, kInputWeights, kHiddenWeights, kOutputWeights, kBias, kEmbedding };

struct ParameterTensor {
  std::string name;            // google/learned_optimization's: "mlp/~/linear_0/w"
  std::vector<int64_t> shape;  // dense weights [in, out]; a scalar {}
  size_t offset = 0;           // of its first element in the flat parameter vector
  size_t size = 0;
  TensorKind kind = TensorKind::kOther;
};

}  // namespace paceline
