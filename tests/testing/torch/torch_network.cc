#include "tests/testing/torch/torch_network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/tensor.h>

#include <utility>

#include "tests/testing/torch/torch_optim_kinds.h"

namespace paceline {
namespace {

constexpr double kNormalizerEpsilon = 1e-5;

}  // namespace

at::Tensor TimeFeatures(const at::Tensor& iterations) {
  const at::Tensor scales =
      at::tensor({1., 3., 10., 30., 100., 300., 1e3, 3e3, 1e4, 3e4, 1e5}, iterations.options());
  return (iterations.unsqueeze(1) / scales - 1).tanh_();
}

TorchNetwork::TorchNetwork(ThetaLayout layout, std::vector<NetworkLeaves> layers, int64_t columns,
                           double step_multiplier, double exp_multiplier)
    : layout_(std::move(layout)),
      layers_(std::move(layers)),
      columns_(columns),
      step_multiplier_(step_multiplier),
      exp_multiplier_(exp_multiplier) {}

void TorchNetwork::SetTheta(const at::Tensor& thetas) {
  weights_.clear();
  biases_.clear();
  for (const NetworkLeaves& layer : layers_) {
    weights_.push_back(LeafOf(thetas, layout_, layer.weights).transpose(1, 2).contiguous());
    biases_.push_back(LeafOf(thetas, layout_, layer.biases).unsqueeze(2));
  }
  const int64_t time_inputs = weights_[0].size(2) - columns_;
  time_weights_ = weights_[0].narrow(2, columns_, time_inputs).contiguous();
  weights_[0] = weights_[0].narrow(2, 0, columns_).contiguous();
}

void TorchNetwork::SetIterations(const at::Tensor& iterations) {
  time_bias_ = at::baddbmm(biases_[0], time_weights_, TimeFeatures(iterations).unsqueeze(2));
}

at::Tensor TorchNetwork::Step(const at::Tensor& features) const {
  // Normalising the columns is a product with a diagonal matrix: the small first layer takes it,
  // not the features.
  const at::Tensor scale = (features.square().mean(2) + kNormalizerEpsilon).rsqrt_().unsqueeze(1);
  at::Tensor hidden = at::baddbmm(time_bias_, weights_[0] * scale, features);
  for (size_t i = 1; i < weights_.size(); ++i) {
    hidden = at::baddbmm(biases_[i], weights_[i], hidden.relu_());
  }
  const at::Tensor direction = hidden.select(1, 0), magnitude = hidden.select(1, 1);
  return (magnitude * exp_multiplier_).exp_().mul_(direction).mul_(step_multiplier_);
}

}  // namespace paceline
