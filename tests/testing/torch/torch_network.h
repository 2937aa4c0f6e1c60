// The per-parameter network of MLPLOpt and AdafacMLP on R runs (reference/learned-optimizers.md
// §2.0, §2.2): inputs are columns of features, second-moment normalised tensor by tensor, and 11
// time features.
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

class TorchNetwork {
 public:
  // The first layer's inputs are `columns` features, then the time features. layers: first to last;
  // the last one gives direction and magnitude.
  TorchNetwork(ThetaLayout layout, std::vector<NetworkLeaves> layers, int64_t columns,
               double step_multiplier, double exp_multiplier);

  // thetas [run, P]
  void SetTheta(const at::Tensor& thetas);
  // iterations [run] of the steps to come.
  void SetIterations(const at::Tensor& iterations);
  // features [run, columns, element], not normalised, of one tensor. What is to be subtracted from
  // its parameters: direction · exp(magnitude · exp_multiplier) · step_multiplier, [run, element].
  at::Tensor Step(const at::Tensor& features) const;

 private:
  ThetaLayout layout_;
  std::vector<NetworkLeaves> layers_;
  int64_t columns_;
  double step_multiplier_, exp_multiplier_;
  std::vector<at::Tensor> weights_;  // [run, out, in]; the first layer's without the time inputs
  std::vector<at::Tensor> biases_;   // [run, out, 1]
  at::Tensor time_weights_;          // [run, out, 11]
  at::Tensor time_bias_;             // [run, out, 1]: first layer's bias and time inputs together
};

// tanh(t/s − 1) for the 11 time scales s: iterations [run] → [run, 11].
at::Tensor TimeFeatures(const at::Tensor& iterations);

}  // namespace paceline
