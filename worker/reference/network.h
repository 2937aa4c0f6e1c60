// The per-parameter network on R runs (docs/reference/learned-optimizers.md §1, §3): inputs are
// columns of features, second-moment normalised tensor by tensor, and 11 time features.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "common/lopt/layout.h"

namespace paceline {

// Paths in θ of one layer's weights [in, out] and biases [out].
struct NetworkLeaves {
  std::string weights, biases;
};

class ReferenceNetwork {
 public:
  // The first layer's inputs are the features' columns, then, with `time`, the time features.
  // layers: first to last.
  ReferenceNetwork(ThetaLayout layout, std::vector<NetworkLeaves> layers, bool time = true);

  // thetas [run, P]
  void SetTheta(const at::Tensor& thetas);
  // features [run, column, element] of one tensor, not normalised; iterations [run].
  // [run, output, element]
  at::Tensor Outputs(const at::Tensor& features, const at::Tensor& iterations) const;

 private:
  ThetaLayout layout_;
  std::vector<NetworkLeaves> layers_;
  bool time_;
  std::vector<at::Tensor> weights_;  // [run, out, in]
  std::vector<at::Tensor> biases_;   // [run, out, 1]
};

// Each column divided by its root mean square over the tensor: features [run, column, element].
at::Tensor SecondMomentNormalized(const at::Tensor& features);
// tanh(t/s − 1) for the 11 time scales s: iterations [run] → [run, 11].
at::Tensor TimeFeatures(const at::Tensor& iterations);
// direction · exp(magnitude · exp_multiplier) · step_multiplier with the first two of outputs
// [run, output, element]: what is to be subtracted from the parameters, [run, element].
at::Tensor StepOf(const at::Tensor& outputs, double step_multiplier, double exp_multiplier);

}  // namespace paceline
