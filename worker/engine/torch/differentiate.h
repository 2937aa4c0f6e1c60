// A loss of many runs and each run's own gradient.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "worker/task/torch/torch_loss.h"

namespace paceline {

// Losses [run] at the leaves (tensors that require a gradient). The gradient of each run's own loss
// goes to `gradients`, whose shapes are those of the leaves.
at::Tensor Differentiate(const TorchLoss& loss, const std::vector<at::Tensor>& leaves,
                         const TorchBatch& batch, const std::vector<at::Tensor>& gradients);

}  // namespace paceline
