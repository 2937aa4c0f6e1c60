#include "worker/network/torch/evaluate.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "worker/network/torch/plain.h"
#include "worker/network/torch/run_torch.h"

namespace paceline {
namespace {

// The task's tensors as views of the flat vector.
std::vector<at::Tensor> ViewsOf(const Network& network, std::span<const float> parameters) {
  std::vector<at::Tensor> views;
  for (const ParameterTensor& tensor : network.tensors) {
    float* at = const_cast<float*>(parameters.data()) + tensor.offset;
    views.push_back(at::from_blob(at, tensor.shape, at::kFloat));
  }
  return views;
}

// The part of the labels that count on which another class is on top.
float ErrorOf(const PlainValues& values) {
  const at::Tensor wrong = values.logits.argmax(-1).ne(values.labels);
  if (!values.label_weights.defined()) return wrong.to(at::kFloat).mean().item<float>();
  const at::Tensor counts = values.label_weights.ne(0);
  const auto counted = counts.sum().item<int64_t>();
  if (counted == 0) return 0;
  return static_cast<float>(wrong.logical_and(counts).sum().item<int64_t>()) /
         static_cast<float>(counted);
}

}  // namespace

float PlainLossAndGradient(const Network& network, const NetworkInputs& inputs,
                           std::span<const float> parameters, std::span<float> gradient) {
  UseOneTorchThread();
  const at::AutoGradMode with_autograd(true);
  std::vector<at::Tensor> leaves = ViewsOf(network, parameters);
  for (at::Tensor& leaf : leaves) leaf.requires_grad_();
  const PlainValues values = RunPlain(network, leaves, inputs);
  const std::vector<at::Tensor> own = torch::autograd::grad(
      {values.loss}, leaves, {}, std::nullopt, /*create_graph=*/false, /*allow_unused=*/true);
  const at::NoGradGuard no_autograd;
  const std::vector<at::Tensor> to = ViewsOf(network, gradient);
  for (size_t t = 0; t < own.size(); ++t) {
    if (own[t].defined()) {
      to[t].copy_(own[t]);
    } else {
      to[t].zero_();
    }
  }
  return values.loss.item<float>();
}

PlainScore ScorePlain(const Network& network, const NetworkInputs& inputs,
                      std::span<const float> parameters) {
  UseOneTorchThread();
  const at::NoGradGuard no_autograd;
  const PlainValues values = RunPlain(network, ViewsOf(network, parameters), inputs);
  return {.loss = values.loss.item<double>(), .error = network.logits >= 0 ? ErrorOf(values) : 0};
}

}  // namespace paceline
