// One dense layer, y = x·w + b, as plain float32 loops: sums run over ascending indices, never
// reordered.
#pragma once

#include <cstddef>
#include <span>

namespace paceline {

struct DenseShape {
  size_t batch = 0;
  size_t in = 0;
  size_t out = 0;
};

// x: [batch, in]; w: [in, out]; b: [out]; y: [batch, out].
void DenseForward(const DenseShape& shape, std::span<const float> x, std::span<const float> w,
                  std::span<const float> b, std::span<float> y);

// From dy = dL/dy [batch, out]: dw [in, out] and db [out].
void DenseWeightGradient(const DenseShape& shape, std::span<const float> x,
                         std::span<const float> dy, std::span<float> dw, std::span<float> db);

// From dy: dx [batch, in].
void DenseInputGradient(const DenseShape& shape, std::span<const float> w,
                        std::span<const float> dy, std::span<float> dx);

}  // namespace paceline
