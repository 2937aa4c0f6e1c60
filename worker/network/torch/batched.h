// A network for many runs together in LibTorch operations, on any device: the torch tier.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "common/network/network.h"

namespace paceline {

// What the runs are given; every tensor's first axis is the run.
struct BatchedInputs {
  std::vector<at::Tensor> arrays;  // [input]: [run, shape...], tokens and labels as int64
  at::Tensor draws;                // [run, draw float]
  at::Tensor episode;              // [run, episode float]
};

// parameters: [tensor], [run, shape...]. Losses [run], in the parameters' type; a run's loss
// depends on its own row of everything alone. No host value depends on what is in the tensors, so
// that a CUDA graph can be made of it. Throws what Torch throws.
at::Tensor RunBatched(const Network& network, const std::vector<at::Tensor>& parameters,
                      const BatchedInputs& inputs);

}  // namespace paceline
