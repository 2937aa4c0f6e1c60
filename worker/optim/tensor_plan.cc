#include "worker/optim/tensor_plan.h"

#include <algorithm>
#include <numeric>

namespace paceline {
namespace {

std::vector<size_t> StridesOf(const std::vector<int64_t>& shape) {
  std::vector<size_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * static_cast<size_t>(shape[axis]);
  }
  return strides;
}

// Offsets of all index combinations of the axes other than `a` and `b`, in C order.
std::vector<size_t> BatchOffsets(const std::vector<int64_t>& shape,
                                 const std::vector<size_t>& strides, size_t a, size_t b) {
  std::vector<size_t> offsets = {0};
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis == a || axis == b) continue;
    std::vector<size_t> next;
    for (const size_t offset : offsets) {
      for (int64_t i = 0; i < shape[axis]; ++i) next.push_back(offset + i * strides[axis]);
    }
    offsets = std::move(next);
  }
  return offsets;
}

bool IsInPlace(const TensorPlan& plan) {
  if (plan.columns % kLaneGroup != 0 || plan.column_stride != 1) return false;
  if (plan.rows > 1 && plan.row_stride != plan.columns) return false;
  for (size_t b = 0; b < plan.batches.size(); ++b) {
    if (plan.batches[b] != b * plan.rows * plan.columns) return false;
  }
  return true;
}

}  // namespace

TensorPlan PlanFlat(const ParameterTensor& tensor) {
  TensorPlan plan{.offset = tensor.offset, .size = tensor.size, .columns = tensor.size};
  plan.in_place = IsInPlace(plan);
  return plan;
}

TensorPlan PlanFactored(const ParameterTensor& tensor) {
  const std::vector<int64_t>& shape = tensor.shape;
  if (shape.size() < 2) return PlanFlat(tensor);
  std::vector<size_t> order(shape.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&shape](size_t axis) { return shape[axis]; });
  const size_t larger = order[order.size() - 1];
  const size_t smaller = order[order.size() - 2];

  const auto cost = [&shape](size_t row_axis, size_t column_axis) {
    return static_cast<size_t>(shape[row_axis]) * Padded(static_cast<size_t>(shape[column_axis]));
  };
  const size_t cost_larger = cost(smaller, larger);
  const size_t cost_smaller = cost(larger, smaller);
  TensorPlan plan{.offset = tensor.offset, .size = tensor.size, .factored = true};
  // Equal costs: the later axis of the two, which lies closer in memory.
  plan.columns_are_larger =
      cost_larger != cost_smaller ? cost_larger < cost_smaller : larger > smaller;
  const size_t row = plan.columns_are_larger ? smaller : larger;
  const size_t column = plan.columns_are_larger ? larger : smaller;
  const std::vector<size_t> strides = StridesOf(shape);
  plan.rows = static_cast<size_t>(shape[row]);
  plan.columns = static_cast<size_t>(shape[column]);
  plan.row_stride = strides[row];
  plan.column_stride = strides[column];
  plan.batches = BatchOffsets(shape, strides, row, column);
  plan.in_place = IsInPlace(plan);
  return plan;
}

void Gather(const TensorPlan& plan, const float* tensor, float* padded) {
  const size_t padding = plan.padded_columns() - plan.columns;
  for (const size_t batch : plan.batches) {
    for (size_t r = 0; r < plan.rows; ++r) {
      const float* row = tensor + batch + r * plan.row_stride;
      for (size_t c = 0; c < plan.columns; ++c) padded[c] = row[c * plan.column_stride];
      std::fill_n(padded + plan.columns, padding, 0.0f);
      padded += plan.columns + padding;
    }
  }
}

void Scatter(const TensorPlan& plan, const float* padded, float* tensor) {
  for (const size_t batch : plan.batches) {
    for (size_t r = 0; r < plan.rows; ++r) {
      float* row = tensor + batch + r * plan.row_stride;
      for (size_t c = 0; c < plan.columns; ++c) row[c * plan.column_stride] = padded[c];
      padded += plan.padded_columns();
    }
  }
}

}  // namespace paceline
