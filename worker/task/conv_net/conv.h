// A 3×3 convolution with SAME padding as plain float32 loops: sums run over ascending indices,
// never reordered.
#pragma once

#include <cstddef>
#include <span>

#include "common/task/conv_net.h"

namespace paceline {

struct ConvShape {
  size_t batch = 0;
  ConvPlace place;
  size_t in = 0, out = 0;  // channels

  size_t in_values() const { return batch * place.in * place.in * in; }
  size_t out_values() const { return batch * place.out * place.out * out; }
};

// x: [batch, row, column, in]; w: [3, 3, in, out]; b: [out]; y: [batch, row, column, out].
void ConvForward(const ConvShape& shape, std::span<const float> x, std::span<const float> w,
                 std::span<const float> b, std::span<float> y);

// From dy = dL/dy: dw and db.
void ConvWeightGradient(const ConvShape& shape, std::span<const float> x, std::span<const float> dy,
                        std::span<float> dw, std::span<float> db);

// From dy: dx.
void ConvInputGradient(const ConvShape& shape, std::span<const float> w, std::span<const float> dy,
                       std::span<float> dx);

}  // namespace paceline
