// image_mlp in LibTorch operations.
#pragma once

#include "worker/task/torch/torch_loss.h"

namespace paceline {

// Parameters: weights [run, in, out] and biases [run, out] of each layer in turn.
TorchLoss ImageMlpTorchLoss(const v1::ImageMlp& config);
// Likewise; the last layer's output is multiplied.
TorchLoss ImageMlpTorchLoss(v1::Activation activation, double output_multiplier);

}  // namespace paceline
