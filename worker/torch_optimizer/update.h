// One step of parameters whose state has its place.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/torch_optimizer/learned_optimizer.h"
#include "worker/torch_optimizer/tensor_set.h"

namespace paceline {

struct SeatedParameter {
  torch::Tensor tensor;  // with a gradient of its shape
  const LearnedOptimizerOptions* options;
  TensorSet* set;
  size_t number;  // in `set`
};

// Clips the gradients group by group, updates each set once, and writes the parameters.
void UpdateParameters(std::vector<SeatedParameter>& parameters, float loss, int64_t num_steps);

}  // namespace paceline
