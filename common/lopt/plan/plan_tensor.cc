#include "common/lopt/plan/plan_tensor.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace paceline {
namespace {

void CheckSize(const ParameterTensor& tensor) {
  constexpr size_t kMaxSize = size_t{1} << 31;
  constexpr size_t kMaxAxes = TensorPlan::kMaxBatchAxes + 2;
  if (tensor.size <= kMaxSize && tensor.shape.size() <= kMaxAxes) return;
  std::fprintf(stderr, "tensor %s has %zu elements and %zu axes: at most %zu and %zu are handled\n",
               tensor.name.c_str(), tensor.size, tensor.shape.size(), kMaxSize, kMaxAxes);
  std::abort();
}

std::vector<uint32_t> StridesOf(const std::vector<int64_t>& shape) {
  std::vector<uint32_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * static_cast<uint32_t>(shape[axis]);
  }
  return strides;
}

bool IsInPlace(const TensorPlan& plan) {
  if (plan.columns % kLaneGroup != 0 || plan.column_stride != 1) return false;
  if (plan.rows > 1 && plan.row_stride != plan.columns) return false;
  for (uint32_t b = 0; b < plan.batches; ++b) {
    if (plan.BatchOffset(b) != b * plan.rows * plan.columns) return false;
  }
  return true;
}

// Checked, and what the tensor itself says.
TensorPlan Begin(const ParameterTensor& tensor) {
  CheckSize(tensor);
  TensorPlan plan{.offset = tensor.offset, .size = static_cast<uint32_t>(tensor.size)};
  plan.rank = static_cast<uint32_t>(tensor.shape.size());
  std::ranges::copy(tensor.shape, plan.shape);
  return plan;
}

}  // namespace

TensorPlan PlanFlat(const ParameterTensor& tensor) {
  TensorPlan plan = Begin(tensor);
  plan.columns = plan.size;
  plan.in_place = IsInPlace(plan);
  return plan;
}

TensorPlan PlanFactored(const ParameterTensor& tensor) {
  const std::vector<int64_t>& shape = tensor.shape;
  if (shape.size() < 2) return PlanFlat(tensor);
  TensorPlan plan = Begin(tensor);
  std::vector<size_t> order(shape.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&shape](size_t axis) { return shape[axis]; });
  const size_t larger = order[order.size() - 1];
  const size_t smaller = order[order.size() - 2];

  const auto length = [&shape](size_t axis) { return static_cast<uint32_t>(shape[axis]); };
  const auto cost = [&](size_t row_axis, size_t column_axis) {
    return size_t{length(row_axis)} * Padded(length(column_axis));
  };
  const size_t cost_larger = cost(smaller, larger);
  const size_t cost_smaller = cost(larger, smaller);
  plan.factored = true;
  // Equal costs: the later axis of the two, which lies closer in memory.
  plan.columns_are_larger =
      cost_larger != cost_smaller ? cost_larger < cost_smaller : larger > smaller;
  const size_t row = plan.columns_are_larger ? smaller : larger;
  const size_t column = plan.columns_are_larger ? larger : smaller;
  const std::vector<uint32_t> strides = StridesOf(shape);
  plan.rows = length(row);
  plan.columns = length(column);
  plan.row_stride = strides[row];
  plan.column_stride = strides[column];
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis == row || axis == column) continue;
    plan.batches *= length(axis);
    plan.batch_sizes[plan.batch_axes] = length(axis);
    plan.batch_strides[plan.batch_axes++] = strides[axis];
  }
  plan.in_place = IsInPlace(plan);
  return plan;
}

}  // namespace paceline
