// A tensor's elements in the order of its matrices.
#pragma once

#include "worker/baselines/rules/step.h"

namespace paceline {

// body(number in the tensor, number in [batch, row, column]) for every element.
template <class Body>
PACELINE_LANE void ForArranged(const RuleTensor& tensor, const Body& body) {
  uint32_t index[kMaxRuleAxes] = {};
  size_t at = 0;
  for (size_t flat = 0; flat < tensor.size; ++flat) {
    body(flat, at);
    for (uint32_t axis = tensor.rank; axis-- > 0;) {
      at += tensor.strides[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      at -= size_t{tensor.strides[axis]} * tensor.shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace paceline
