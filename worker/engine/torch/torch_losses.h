// Training losses of R runs together, [run]; differentiable by autograd. Parameters are [run,
// shape...].
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "paceline/v1/config.pb.h"

namespace paceline {

// Dense layer: weights [run, in, out], biases [run, out].
struct TorchLayer {
  at::Tensor weights, biases;
};

// Mean softmax cross-entropy of an MLP: images [run, example, pixel], labels [run, example]
// (int64).
at::Tensor ImageMlpLosses(const std::vector<TorchLayer>& layers, v1::Activation activation,
                          const at::Tensor& images, const at::Tensor& labels);

// p and targets [run, dimension]; targets are looked at by QUADRATIC_KIND_TARGET only.
at::Tensor QuadraticLosses(v1::QuadraticKind kind, const at::Tensor& p, const at::Tensor& targets);

}  // namespace paceline
