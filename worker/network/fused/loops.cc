#include "worker/network/fused/loops.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace paceline::fused {
namespace {

struct Axis {
  size_t extent, x, y;
};

// Neighbours that both operands go through as through one axis become one.
std::vector<Axis> Merged(const Extents& shape, const Loops::Strides& x, const Loops::Strides& y) {
  std::vector<Axis> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    const auto extent = static_cast<size_t>(shape[i]);
    if (extent == 1) continue;
    const Axis axis = {extent, x[i], y[i]};
    if (!axes.empty() && axes.back().x == axis.x * extent && axes.back().y == axis.y * extent) {
      axes.back() = {axes.back().extent * extent, axis.x, axis.y};
    } else {
      axes.push_back(axis);
    }
  }
  return axes;
}

}  // namespace

Loops::Loops(const Extents& shape, const Strides& x, const Strides& y) {
  std::vector<Axis> axes = Merged(shape, x, y);
  if (axes.empty()) axes.push_back({1, 1, 1});
  count_ = axes.back().extent;
  steps_ = {axes.back().x, axes.back().y};
  axes_ = axes.size() - 1;
  if (axes_ > kAxes) {
    std::fprintf(stderr, "Loops: more than %zu axes\n", kAxes + 1);
    std::abort();
  }
  for (size_t axis = 0; axis < axes_; ++axis) {
    rows_ *= axes[axis].extent;
    extents_[axis] = axes[axis].extent;
    strides_[0][axis] = axes[axis].x;
    strides_[1][axis] = axes[axis].y;
  }
}

Loops::Strides BroadcastStrides(const Extents& from, const Extents& to) {
  Loops::Strides strides(to.size(), 0);
  size_t stride = 1;
  for (size_t i = 0; i < from.size(); ++i) {
    const auto extent = static_cast<size_t>(from[from.size() - 1 - i]);
    if (extent > 1) strides[to.size() - 1 - i] = stride;
    stride *= extent;
  }
  return strides;
}

Loops::Strides ReducedStrides(const Extents& shape, const std::vector<int64_t>& axes) {
  Loops::Strides strides(shape.size(), 0);
  size_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (std::ranges::count(axes, static_cast<int64_t>(axis)) > 0) continue;
    strides[axis] = stride;
    stride *= static_cast<size_t>(shape[axis]);
  }
  return strides;
}

}  // namespace paceline::fused
