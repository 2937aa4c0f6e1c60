// quadratic in LibTorch operations.
#pragma once

#include "worker/task/torch/torch_loss.h"

namespace paceline {

// Parameters: p [run, dimension]; the episode's floats are the targets of QUADRATIC_KIND_TARGET.
TorchLoss QuadraticTorchLoss(v1::QuadraticKind kind);

}  // namespace paceline
