// flops.h for the optimizers with an LSTM for each tensor, and for the learned schedule.
#pragma once

#include "common/footprint/tensors.h"

namespace paceline {

// All 0 for other optimizers.
double RecurrentFlops(const v1::LearnedOptimizer& optimizer,
                      const std::vector<TensorShape>& tensors);
// Values kept for each parameter.
double RecurrentStateOf(const v1::LearnedOptimizer& optimizer);
// Numbers of θ that a step reads.
double RecurrentWeights(const v1::LearnedOptimizer& optimizer);

}  // namespace paceline
