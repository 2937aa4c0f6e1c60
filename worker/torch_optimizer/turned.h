// A tensor's elements as an optimizer is to see them.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace paceline {

// torch's [out, in, spatial...] is [spatial..., in, out] to optimizers. `turn` false, or fewer than
// two axes: as it is.
std::vector<int64_t> TurnedShape(const torch::Tensor& tensor, bool turn);
// values: [elements], in that order; the tensor may lie anywhere, with any strides.
void ReadTurned(const torch::Tensor& tensor, bool turn, std::span<float> values);
void WriteTurned(std::span<float> values, bool turn, torch::Tensor& tensor);

}  // namespace paceline
