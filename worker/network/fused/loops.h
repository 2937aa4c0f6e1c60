// Loops over an array and two others that are broadcast to it.
#pragma once

#include <array>
#include <cstddef>

#include "common/network/network.h"

namespace paceline::fused {

// Rows of `count` numbers of the array `shape`, in order; a row of an operand moves by its step, 1
// or 0, and begins where ForRows says.
class Loops {
 public:
  // Operands' strides of each axis of `shape`, 0 where they are broadcast.
  using Strides = std::vector<size_t>;
  Loops(const Extents& shape, const Strides& x, const Strides& y);

  size_t count() const { return count_; }
  size_t x_step() const { return steps_[0]; }
  size_t y_step() const { return steps_[1]; }

  // body(begin of the row, of x's, of y's)
  template <class Body>
  void ForRows(const Body& body) const {
    std::array<size_t, kAxes> index{};
    for (size_t row = 0, at = 0; row < rows_; ++row, at += count_) {
      size_t x = 0, y = 0;
      for (size_t axis = 0; axis < axes_; ++axis) {
        x += index[axis] * strides_[0][axis];
        y += index[axis] * strides_[1][axis];
      }
      body(at, x, y);
      for (size_t axis = axes_; axis-- > 0;) {
        if (++index[axis] < extents_[axis]) break;
        index[axis] = 0;
      }
    }
  }

 private:
  static constexpr size_t kAxes = 8;

  size_t axes_ = 0, rows_ = 1, count_ = 1;
  std::array<size_t, 2> steps_{};
  std::array<size_t, kAxes> extents_{};
  std::array<std::array<size_t, kAxes>, 2> strides_{};
};

// Of an operand `from` that NumPy's rule broadcasts to `to`.
Loops::Strides BroadcastStrides(const Extents& from, const Extents& to);
// Of the sums over `axes` of an array `shape`.
Loops::Strides ReducedStrides(const Extents& shape, const std::vector<int64_t>& axes);

}  // namespace paceline::fused
