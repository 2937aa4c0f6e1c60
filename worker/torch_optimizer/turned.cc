#include "worker/torch_optimizer/turned.h"

#include <torch/utils.h>

#include <algorithm>

namespace paceline {
namespace {

// axes[i] is the tensor's axis that is the i-th to the optimizer.
std::vector<int64_t> TurnedAxes(int64_t rank, bool turn) {
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < rank; ++axis) axes.push_back(axis);
  if (!turn || rank < 2) return axes;
  std::rotate(axes.begin(), axes.begin() + 2, axes.end());
  std::swap(axes[rank - 2], axes[rank - 1]);
  return axes;
}

torch::Tensor View(std::span<float> values, const std::vector<int64_t>& shape) {
  return torch::from_blob(values.data(), shape, torch::kFloat32);
}

}  // namespace

std::vector<int64_t> TurnedShape(const torch::Tensor& tensor, bool turn) {
  std::vector<int64_t> shape;
  for (const int64_t axis : TurnedAxes(tensor.dim(), turn)) shape.push_back(tensor.size(axis));
  return shape;
}

void ReadTurned(const torch::Tensor& tensor, bool turn, std::span<float> values) {
  View(values, TurnedShape(tensor, turn))
      .copy_(tensor.detach().permute(TurnedAxes(tensor.dim(), turn)));
}

void WriteTurned(std::span<float> values, bool turn, torch::Tensor& tensor) {
  torch::NoGradGuard no_grad;
  tensor.permute(TurnedAxes(tensor.dim(), turn)).copy_(View(values, TurnedShape(tensor, turn)));
}

}  // namespace paceline
