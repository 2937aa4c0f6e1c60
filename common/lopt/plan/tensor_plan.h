// How one tensor's elements lie before the optimizer kernels: [batch, row, column], every row
// padded with zeros to a multiple of 16 columns. Optimizer state is kept in this arrangement.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/lane/scalar.h"

namespace paceline {

// Elements that one lane group takes, whatever the instruction set.
inline constexpr uint32_t kLaneGroup = 16;

PACELINE_LANE constexpr uint32_t Padded(uint32_t count) {
  return (count + kLaneGroup - 1) / kLaneGroup * kLaneGroup;
}

// Plain data without pointers, so that it can be copied to a GPU.
struct TensorPlan {
  static constexpr int kMaxBatchAxes = 6;

  size_t offset = 0;  // of the tensor in the flat parameter vector
  uint32_t size = 0;
  // The tensor's own shape.
  uint32_t rank = 0;
  uint32_t shape[kMaxBatchAxes + 2] = {};
  uint32_t rows = 1;
  uint32_t columns = 0;
  // Axes other than rows and columns, the last one fastest.
  uint32_t batches = 1;
  uint32_t batch_axes = 0;
  uint32_t batch_sizes[kMaxBatchAxes] = {};
  uint32_t batch_strides[kMaxBatchAxes] = {};
  // Element (b, r, c) is number BatchOffset(b) + r·row_stride + c·column_stride of the tensor.
  uint32_t row_stride = 0;
  uint32_t column_stride = 1;
  // Second moments are factored over rows and columns (rank ≥ 2).
  bool factored = false;
  // Which of the two is the larger axis, d0 of the reference.
  bool columns_are_larger = true;
  // The flat vector has this arrangement already.
  bool in_place = false;
  // Factor on the optimizer's step.
  float step_multiplier = 1;
  // Where the optimizer's state of the tensor begins, in floats; and how many of them are the
  // family's own, before those of the features from curvature.
  size_t state = 0;
  size_t own_state = 0;

  PACELINE_LANE uint32_t padded_columns() const { return Padded(columns); }
  PACELINE_LANE uint32_t padded_size() const { return batches * rows * padded_columns(); }
  PACELINE_LANE uint32_t BatchOffset(uint32_t batch) const {
    uint32_t offset_of_batch = 0;
    for (uint32_t axis = batch_axes; axis-- > 0;) {
      offset_of_batch += batch % batch_sizes[axis] * batch_strides[axis];
      batch /= batch_sizes[axis];
    }
    return offset_of_batch;
  }
};

}  // namespace paceline
