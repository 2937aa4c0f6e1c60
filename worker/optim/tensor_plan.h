// How one tensor's elements lie before the optimizer kernels: [batch, row, column], every row
// padded with zeros to a multiple of 16 columns. Optimizer state is kept in this arrangement.
#pragma once

#include <cstddef>
#include <vector>

#include "worker/task/task.h"

namespace paceline {

// Elements that one lane group takes, whatever the instruction set.
inline constexpr size_t kLaneGroup = 16;

constexpr size_t Padded(size_t count) { return (count + kLaneGroup - 1) / kLaneGroup * kLaneGroup; }

struct TensorPlan {
  size_t offset = 0;  // of the tensor in the flat parameter vector
  size_t size = 0;
  size_t rows = 1;
  size_t columns = 0;
  // Element (b, r, c) is number batches[b] + r·row_stride + c·column_stride of the tensor.
  std::vector<size_t> batches = {0};
  size_t row_stride = 0;
  size_t column_stride = 1;
  // Second moments are factored over rows and columns (rank ≥ 2).
  bool factored = false;
  // Which of the two is the larger axis, d0 of the reference.
  bool columns_are_larger = true;
  // The flat vector has this arrangement already.
  bool in_place = false;

  size_t padded_columns() const { return Padded(columns); }
  size_t padded_size() const { return batches.size() * rows * padded_columns(); }
};

// One row.
TensorPlan PlanFlat(const ParameterTensor& tensor);
// Rows and columns are the two largest axes (a stable sort by size: of equal axes the later one is
// the larger), turned so that little is padding; all other axes are batches. Rank < 2: one row.
TensorPlan PlanFactored(const ParameterTensor& tensor);

// Between a plan's tensor (which begins at `tensor`) and its padded arrangement.
void Gather(const TensorPlan& plan, const float* tensor, float* padded);
void Scatter(const TensorPlan& plan, const float* padded, float* tensor);

}  // namespace paceline
