// Training losses of R runs together, [run], and their gradients by autograd. Parameters are [run,
// shape...].
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "paceline/v1/task.pb.h"
#include "worker/task/task.h"

namespace paceline {

// Dense layer: weights [run, in, out], biases [run, out].
struct TorchLayer {
  at::Tensor weights, biases;
};

// Layer i's are those of the tensors "mlp/~/linear_i/w" and ".../b"; parameters: one for each
// tensor.
std::vector<TorchLayer> LayersOf(const std::vector<ParameterTensor>& tensors,
                                 const std::vector<at::Tensor>& parameters);

// Mean softmax cross-entropy of an MLP whose last layer's output is multiplied: images [run,
// example, pixel], labels [run, example] (int64).
at::Tensor ImageMlpLosses(const std::vector<TorchLayer>& layers, v1::Activation activation,
                          const at::Tensor& images, const at::Tensor& labels,
                          double output_multiplier = 1);

// p and targets [run, dimension]; targets are looked at by QUADRATIC_KIND_TARGET only.
at::Tensor QuadraticLosses(v1::QuadraticKind kind, const at::Tensor& p, const at::Tensor& targets);

// Parameters [run, shape...] → losses [run]; a run's loss depends on its own row of each parameter
// alone.
using TorchLoss = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

// Losses [run] at the leaves (tensors that require a gradient). The gradient of each run's own loss
// goes to `gradients`, whose shapes are those of the leaves.
at::Tensor Differentiate(const TorchLoss& loss, const std::vector<at::Tensor>& leaves,
                         const std::vector<at::Tensor>& gradients);

}  // namespace paceline
