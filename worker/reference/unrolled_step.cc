#include "worker/reference/unrolled_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

namespace paceline {
namespace {

template <class T>
at::Tensor Column(std::span<const T> values, at::ScalarType type) {
  return at::tensor(at::ArrayRef<T>(values.data(), values.size())).to(type);
}

}  // namespace

at::Tensor UnrolledStep(ReferenceOptimizer& optimizer, const TorchLoss& loss,
                        const TorchBatch& batch, std::span<const int64_t> iterations,
                        std::span<const double> num_steps, std::vector<at::Tensor>& parameters) {
  // Leaves in the first step of a window.
  for (at::Tensor& p : parameters) {
    if (!p.requires_grad()) p.requires_grad_();
  }
  const at::ScalarType type = parameters.front().scalar_type();
  UpdateInputs inputs{.iterations = Column(iterations, type), .num_steps = Column(num_steps, type)};
  inputs.losses = loss(parameters, batch);
  inputs.gradients =
      torch::autograd::grad({inputs.losses}, parameters, {at::ones_like(inputs.losses)},
                            /*retain_graph=*/true, /*create_graph=*/true, /*allow_unused=*/true);
  for (size_t i = 0; i < inputs.gradients.size(); ++i) {
    if (!inputs.gradients[i].defined()) inputs.gradients[i] = at::zeros_like(parameters[i]);
  }
  optimizer.Update(inputs, parameters);
  return inputs.losses;
}

}  // namespace paceline
