// What a network costs, counted from its operations.
#pragma once

#include <cstdint>

#include "common/network/network.h"

namespace paceline {

struct NetworkCost {
  // Additions and multiplications of one step's loss and gradient (a fused multiply-add is two).
  double flops = 0;
  // The part of them in matrix products and convolutions.
  double product_flops = 0;
  uint64_t input_floats = 0;  // of one batch, and of what a step draws
  uint64_t value_floats = 0;  // of the results of all operations
};

NetworkCost CostOf(const Network& network);

}  // namespace paceline
