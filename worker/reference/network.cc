#include "worker/reference/network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <utility>

#include "worker/reference/setup.h"

namespace paceline {
namespace {

constexpr double kNormalizerEpsilon = 1e-5;

}  // namespace

at::Tensor SecondMomentNormalized(const at::Tensor& features) {
  const at::Tensor mean_square = features.square().mean(2, /*keepdim=*/true);
  return features * (mean_square + kNormalizerEpsilon).rsqrt();
}

at::Tensor TimeFeatures(const at::Tensor& iterations) {
  const at::Tensor scales =
      at::tensor({1., 3., 10., 30., 100., 300., 1e3, 3e3, 1e4, 3e4, 1e5}, iterations.options());
  return (iterations.unsqueeze(1) / scales - 1).tanh();
}

at::Tensor StepOf(const at::Tensor& outputs, double step_multiplier, double exp_multiplier) {
  const at::Tensor direction = outputs.select(1, 0), magnitude = outputs.select(1, 1);
  return direction * (magnitude * exp_multiplier).exp() * step_multiplier;
}

ReferenceNetwork::ReferenceNetwork(ThetaLayout layout, std::vector<NetworkLeaves> layers, bool time)
    : layout_(std::move(layout)), layers_(std::move(layers)), time_(time) {}

void ReferenceNetwork::SetTheta(const at::Tensor& thetas) {
  weights_.clear();
  biases_.clear();
  for (const NetworkLeaves& layer : layers_) {
    weights_.push_back(LeafOf(thetas, layout_, layer.weights).transpose(1, 2));
    biases_.push_back(LeafOf(thetas, layout_, layer.biases).unsqueeze(2));
  }
}

at::Tensor ReferenceNetwork::Outputs(const at::Tensor& features,
                                     const at::Tensor& iterations) const {
  at::Tensor x = SecondMomentNormalized(features);
  if (time_) {
    const at::Tensor time = TimeFeatures(iterations).unsqueeze(2);
    x = at::cat({x, time.expand({-1, -1, features.size(2)})}, 1);
  }
  for (size_t i = 0; i < weights_.size(); ++i) {
    x = at::baddbmm(biases_[i], weights_[i], i == 0 ? x : x.relu());
  }
  return x;
}

}  // namespace paceline
