// One step of a training through which gradients flow back to θ.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "worker/reference/optimizer.h"
#include "worker/task/torch/torch_loss.h"

namespace paceline {

// Of R runs together: their losses on the batch before the update [run]. parameters, one
// [run, shape...] for each tensor, are replaced by those after it; both depend on θ, and on the
// parameters before, as autograd wants it, second derivatives of the loss included. iterations,
// num_steps: [run], see UpdateInputs. Throws what Torch throws.
at::Tensor UnrolledStep(ReferenceOptimizer& optimizer, const TorchLoss& loss,
                        const TorchBatch& batch, std::span<const int64_t> iterations,
                        std::span<const double> num_steps, std::vector<at::Tensor>& parameters);

}  // namespace paceline
