// Losses and gradients of networks by LibTorch and by SIMD, for tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "worker/network/torch/plain.h"

namespace paceline::testing {

struct NetworkRun {
  PlainValues values;
  std::vector<at::Tensor> gradients;  // [tensor]; zeros where the loss does not depend on it
};

// Of one run, in the parameters' type.
NetworkRun RunOne(const Network& network, const std::vector<at::Tensor>& parameters,
                  const NetworkInputs& inputs);

// The same by the fused tier: values of a loss alone. Parameters are in float.
NetworkRun RunFused(const Network& network, const std::vector<at::Tensor>& parameters,
                    const NetworkInputs& inputs);

// Of all runs together: [run] of each, in the type of the first parameter of the first run.
// parameters: [run][tensor].
struct NetworkRuns {
  at::Tensor losses;                  // [run]
  std::vector<at::Tensor> gradients;  // [tensor]: [run, shape...]
};
NetworkRuns RunAll(const Network& network, const std::vector<std::vector<at::Tensor>>& parameters,
                   const std::vector<NetworkInputs>& inputs);

}  // namespace paceline::testing
