// A network for one run in plain LibTorch operations, in the parameters' type (float or double):
// the reference tier, and what the batched and the fused form are tested against.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "common/network/network.h"
#include "worker/network/inputs.h"

namespace paceline {

struct PlainValues {
  at::Tensor loss;  // []
  // [..., class], and [...] of the labels and of what counts of them; undefined without classes,
  // or where all labels count.
  at::Tensor logits, labels, label_weights;
  // What each batch norm computed, [channel], in the order of the network's batch norms.
  std::vector<at::Tensor> means, variances;
};

// parameters: [tensor], each of its tensor's shape. Throws what Torch throws.
PlainValues RunPlain(const Network& network, const std::vector<at::Tensor>& parameters,
                     const NetworkInputs& inputs);

}  // namespace paceline
