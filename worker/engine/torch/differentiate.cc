#include "worker/engine/torch/differentiate.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

namespace paceline {

at::Tensor Differentiate(const TorchLoss& loss, const std::vector<at::Tensor>& leaves,
                         const TorchBatch& batch, const std::vector<at::Tensor>& gradients) {
  const at::AutoGradMode with_autograd(true);
  const at::Tensor losses = loss(leaves, batch);
  // The gradient of the sum over runs: no run's loss depends on another run's parameters.
  const std::vector<at::Tensor> own =
      torch::autograd::grad({losses}, leaves, {at::ones_like(losses)}, std::nullopt,
                            /*create_graph=*/false, /*allow_unused=*/true);
  const at::NoGradGuard no_autograd;
  for (size_t i = 0; i < own.size(); ++i) {
    if (own[i].defined()) {
      gradients[i].copy_(own[i]);
    } else {
      gradients[i].zero_();
    }
  }
  return losses.detach();
}

}  // namespace paceline
