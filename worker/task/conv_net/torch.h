// conv_net in LibTorch operations: the runs' convolutions as the groups of one.
#pragma once

#include "worker/task/torch/torch_loss.h"

namespace paceline {

// Parameters as ConvNetTensors lists them.
TorchLoss ConvNetTorchLoss(const v1::ConvNet& config);

}  // namespace paceline
