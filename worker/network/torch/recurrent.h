// Recurrent cells over the positions of many runs' sequences.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "common/network/network.h"

namespace paceline {

// inputs: those of the node, a run's axis in front: x [run, example, position, in], weights and
// initial states as RecurrentCell lists them. Returns [run, example, position, width].
at::Tensor RecurrentBatched(const Node& node, const std::vector<at::Tensor>& inputs);

}  // namespace paceline
