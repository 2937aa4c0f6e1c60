// Sizes of scratch that several optimizers' plans share.
#pragma once

#include <algorithm>
#include <vector>

#include "common/lopt/plan/sum_scratch.h"
#include "common/lopt/plan/tensor_plan.h"

namespace paceline {

// Floats of a staging buffer for any one of the tensors.
inline size_t LargestStaged(const std::vector<TensorPlan>& tensors) {
  size_t largest = 0;
  for (const TensorPlan& tensor : tensors) {
    if (!tensor.in_place) largest = std::max<size_t>(largest, tensor.padded_size());
  }
  return largest;
}

}  // namespace paceline
