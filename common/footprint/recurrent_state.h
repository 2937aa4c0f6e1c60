// State of the optimizers that keep something of a whole problem beside its elements' moments: an
// LSTM for each tensor, the history of the loss.
#pragma once

#include "common/footprint/tensors.h"

namespace paceline {

// Floats for one run; 0 for other optimizers.
size_t RecurrentStateFloats(const v1::LearnedOptimizer& optimizer,
                            const std::vector<TensorShape>& tensors);

// Room for what the largest of these tensors keeps at work; 0 for other optimizers.
size_t RecurrentScratchFloats(const v1::LearnedOptimizer& optimizer,
                              const std::vector<TensorShape>& tensors);

}  // namespace paceline
