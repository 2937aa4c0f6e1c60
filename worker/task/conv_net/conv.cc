#include "worker/task/conv_net/conv.h"

#include <algorithm>

namespace paceline {
namespace {

// tap(x, y, w) for every position of the output and every weight above a pixel: where the vectors
// of channels begin, w's [in, out].
template <class Tap>
void ForEachTap(const ConvShape& shape, const Tap& tap) {
  const ConvPlace& place = shape.place;
  const int64_t before = place.before();
  for (int64_t n = 0; n < static_cast<int64_t>(shape.batch); ++n) {
    for (int64_t position = 0; position < place.out * place.out; ++position) {
      const int64_t top = position / place.out * place.stride - before;
      const int64_t left = position % place.out * place.stride - before;
      for (int64_t k = 0; k < kConvKernel * kConvKernel; ++k) {
        const int64_t row = top + k / kConvKernel, column = left + k % kConvKernel;
        if (row < 0 || row >= place.in || column < 0 || column >= place.in) continue;
        tap(((n * place.in + row) * place.in + column) * shape.in,
            (n * place.out * place.out + position) * shape.out, k * shape.in * shape.out);
      }
    }
  }
}

}  // namespace

void ConvForward(const ConvShape& shape, std::span<const float> x, std::span<const float> w,
                 std::span<const float> b, std::span<float> y) {
  for (size_t i = 0; i < y.size(); i += shape.out) std::ranges::copy(b, y.begin() + i);
  ForEachTap(shape, [&](size_t x_at, size_t y_at, size_t w_at) {
    float* to = &y[y_at];
    for (size_t i = 0; i < shape.in; ++i) {
      const float value = x[x_at + i];
      const float* weights = &w[w_at + i * shape.out];
      for (size_t o = 0; o < shape.out; ++o) to[o] += value * weights[o];
    }
  });
}

void ConvWeightGradient(const ConvShape& shape, std::span<const float> x, std::span<const float> dy,
                        std::span<float> dw, std::span<float> db) {
  std::ranges::fill(dw, 0.0f);
  std::ranges::fill(db, 0.0f);
  for (size_t i = 0; i < dy.size(); i += shape.out) {
    for (size_t o = 0; o < shape.out; ++o) db[o] += dy[i + o];
  }
  ForEachTap(shape, [&](size_t x_at, size_t y_at, size_t w_at) {
    const float* from = &dy[y_at];
    for (size_t i = 0; i < shape.in; ++i) {
      const float value = x[x_at + i];
      float* weights = &dw[w_at + i * shape.out];
      for (size_t o = 0; o < shape.out; ++o) weights[o] += value * from[o];
    }
  });
}

void ConvInputGradient(const ConvShape& shape, std::span<const float> w, std::span<const float> dy,
                       std::span<float> dx) {
  std::ranges::fill(dx, 0.0f);
  ForEachTap(shape, [&](size_t x_at, size_t y_at, size_t w_at) {
    for (size_t i = 0; i < shape.in; ++i) {
      float sum = 0;
      for (size_t o = 0; o < shape.out; ++o) sum += dy[y_at + o] * w[w_at + i * shape.out + o];
      dx[x_at + i] += sum;
    }
  });
}

}  // namespace paceline
