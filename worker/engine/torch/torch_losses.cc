#include "worker/engine/torch/torch_losses.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/selu.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/where.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <string>

namespace paceline {
namespace {

at::Tensor Activate(v1::Activation activation, const at::Tensor& x) {
  switch (activation) {
    case v1::ACTIVATION_RELU6:
      return at::hardtanh(x, 0, 6);
    case v1::ACTIVATION_SELU:
      return at::selu(x);
    case v1::ACTIVATION_TANH:
      return x.tanh();
    case v1::ACTIVATION_COS:
      return x.cos();
    case v1::ACTIVATION_SIN:
      return x.sin();
    case v1::ACTIVATION_SIGMOID:
      return x.sigmoid();
    case v1::ACTIVATION_SILU:
      return at::silu(x);
    case v1::ACTIVATION_GELU:
      return at::gelu(x, "tanh");
    case v1::ACTIVATION_LEAKY_RELU:
      // Not at::leaky_relu: its slope at 0, which whole rows of black pixels have, is the other
      // one.
      return at::where(x >= 0, x, x * -0.5);
    default:
      return x.relu();
  }
}

}  // namespace

std::vector<TorchLayer> LayersOf(const std::vector<ParameterTensor>& tensors,
                                 const std::vector<at::Tensor>& parameters) {
  const auto find = [&](const std::string& name) -> const at::Tensor& {
    const auto found = std::ranges::find(tensors, name, &ParameterTensor::name);
    return parameters.at(static_cast<size_t>(found - tensors.begin()));
  };
  std::vector<TorchLayer> layers;
  for (size_t i = 0; i < tensors.size() / 2; ++i) {
    const std::string layer = "mlp/~/linear_" + std::to_string(i);
    layers.push_back({find(layer + "/w"), find(layer + "/b")});
  }
  return layers;
}

at::Tensor ImageMlpLosses(const std::vector<TorchLayer>& layers, v1::Activation activation,
                          const at::Tensor& images, const at::Tensor& labels,
                          double output_multiplier) {
  at::Tensor x = images;
  for (size_t i = 0; i + 1 < layers.size(); ++i) {
    x = Activate(activation, at::baddbmm(layers[i].biases.unsqueeze(1), x, layers[i].weights));
  }
  // Classes before examples: a softmax over few classes is many times faster in LibTorch when the
  // innermost axis is another one. [run, class, example]
  at::Tensor logits = at::baddbmm(layers.back().biases.unsqueeze(2),
                                  layers.back().weights.transpose(1, 2), x.transpose(1, 2));
  if (output_multiplier != 1) logits = logits * output_multiplier;
  return logits.log_softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1).mean(1).neg();
}

at::Tensor QuadraticLosses(v1::QuadraticKind kind, const at::Tensor& p, const at::Tensor& targets) {
  switch (kind) {
    case v1::QUADRATIC_KIND_TARGET:
      return (targets - p).square().sum(1);
    case v1::QUADRATIC_KIND_LOG:
      return p.square().sum(1).log();
    default:
      return p.square().sum(1);
  }
}

at::Tensor Differentiate(const TorchLoss& loss, const std::vector<at::Tensor>& leaves,
                         const std::vector<at::Tensor>& gradients) {
  const at::AutoGradMode with_autograd(true);
  const at::Tensor losses = loss(leaves);
  // The gradient of the sum over runs: no run's loss depends on another run's parameters.
  const std::vector<at::Tensor> own =
      torch::autograd::grad({losses}, leaves, {at::ones_like(losses)});
  const at::NoGradGuard no_autograd;
  for (size_t i = 0; i < own.size(); ++i) gradients[i].copy_(own[i]);
  return losses.detach();
}

}  // namespace paceline
