#include "worker/reference/curvature.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "worker/reference/factored.h"
#include "worker/reference/setup.h"

namespace paceline {

ReferenceCurvature::ReferenceCurvature(const FeatureRows& rows, double decay,
                                       const std::vector<ParameterTensor>& tensors,
                                       RunStates& states)
    : rows_(rows),
      decay_(decay),
      tensors_(tensors),
      hessian_(NewAverages(rows.Sees(kHessianColumn), states)),
      gauss_newton_(
          NewAverages(rows.Sees(kGaussNewtonColumn) || rows.Sees(kKroneckerColumn), states)) {}

ReferenceCurvature::Averages ReferenceCurvature::NewAverages(bool wanted, RunStates& states) const {
  Averages averages{.probes = states.Add({1}), .means = {}, .squares = {}};
  if (!wanted) return averages;
  for (const ParameterTensor& tensor : tensors_) {
    averages.means.push_back(states.Add({1, static_cast<int64_t>(tensor.size)}));
    averages.squares.push_back(states.Add({1, static_cast<int64_t>(tensor.size)}));
  }
  return averages;
}

void ReferenceCurvature::Count(RunStates& states, const UpdateInputs& inputs) const {
  const auto count = [&](const Averages& averages, const std::vector<at::Tensor>& estimates) {
    if (!estimates.empty()) states[averages.probes] = states[averages.probes] + 1;
  };
  count(hessian_, inputs.hessian_diagonal);
  count(gauss_newton_, inputs.gauss_newton_diagonal);
}

at::Tensor ReferenceCurvature::Correction(const Averages& averages, const RunStates& states) const {
  const at::Tensor probes = states[averages.probes].unsqueeze(2);
  const at::Tensor rest = 1 - at::pow(at::full_like(probes, decay_), probes);
  return at::where(probes > 0, 1 / rest.clamp_min(1e-30), at::zeros_like(rest));
}

void ReferenceCurvature::Move(RunStates& states, const Averages& averages,
                              const std::vector<at::Tensor>& estimates, size_t tensor) const {
  if (estimates.empty() || averages.means.empty()) return;
  at::Tensor& mean = states[averages.means[tensor]];
  at::Tensor& square = states[averages.squares[tensor]];
  const at::Tensor h = estimates[tensor].reshape(mean.sizes());
  mean = decay_ * mean + (1 - decay_) * h;
  square = decay_ * square + (1 - decay_) * h.square();
}

at::Tensor ReferenceCurvature::Group(const RunStates& states, const Averages& averages,
                                     size_t tensor, const at::Tensor& momentum) const {
  const at::Tensor correction = Correction(averages, states);
  const at::Tensor seen = (correction > 0).to(correction.dtype());
  const at::Tensor mean = states[averages.means[tensor]] * correction;
  const at::Tensor scale = (states[averages.squares[tensor]] * correction + 1e-8).rsqrt() * seen;
  return at::cat({mean, scale, momentum * scale}, 1);
}

at::Tensor ReferenceCurvature::Means(const RunStates& states, size_t tensor) const {
  const at::Tensor h = states[gauss_newton_.means[tensor]] * Correction(gauss_newton_, states);
  const at::Tensor all = h.mean(2, /*keepdim=*/true).expand(h.sizes());
  const std::vector<int64_t>& shape = tensors_[tensor].shape;
  if (shape.size() < 2) return at::cat({h, h, all}, 1);
  const FactoredAxes axes = AxesToFactor(shape);
  const at::Tensor shaped = h.reshape(WithRuns(h.size(0), shape));
  const auto over = [&](size_t axis) {
    return shaped.mean(static_cast<int64_t>(axis) + 1, /*keepdim=*/true)
        .expand(shaped.sizes())
        .reshape(h.sizes());
  };
  return at::cat({over(axes.largest), over(axes.second), all}, 1);
}

at::Tensor ReferenceCurvature::Columns(RunStates& states, const UpdateInputs& inputs, size_t tensor,
                                       const at::Tensor& momentum) const {
  std::vector<at::Tensor> columns;
  Move(states, hessian_, inputs.hessian_diagonal, tensor);
  Move(states, gauss_newton_, inputs.gauss_newton_diagonal, tensor);
  if (rows_.Sees(kHessianColumn)) columns.push_back(Group(states, hessian_, tensor, momentum));
  if (rows_.Sees(kGaussNewtonColumn)) {
    columns.push_back(Group(states, gauss_newton_, tensor, momentum));
  }
  if (rows_.Sees(kKroneckerColumn)) columns.push_back(Means(states, tensor));
  return columns.empty() ? at::Tensor() : at::cat(columns, 1);
}

}  // namespace paceline
