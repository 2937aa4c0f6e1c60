#include "worker/task/dense.h"

#include <algorithm>

namespace paceline {
namespace {

// sum += factor · row
void AddScaled(float factor, const float* row, size_t count, float* sum) {
  for (size_t j = 0; j < count; ++j) sum[j] += factor * row[j];
}

}  // namespace

void DenseForward(const DenseShape& shape, std::span<const float> x, std::span<const float> w,
                  std::span<const float> b, std::span<float> y) {
  for (size_t n = 0; n < shape.batch; ++n) {
    float* row = &y[n * shape.out];
    std::copy(b.begin(), b.end(), row);
    for (size_t i = 0; i < shape.in; ++i) {
      AddScaled(x[n * shape.in + i], &w[i * shape.out], shape.out, row);
    }
  }
}

void DenseWeightGradient(const DenseShape& shape, std::span<const float> x,
                         std::span<const float> dy, std::span<float> dw, std::span<float> db) {
  std::ranges::fill(dw, 0.0f);
  std::ranges::fill(db, 0.0f);
  for (size_t n = 0; n < shape.batch; ++n) {
    const float* row = &dy[n * shape.out];
    AddScaled(1.0f, row, shape.out, db.data());
    for (size_t i = 0; i < shape.in; ++i) {
      AddScaled(x[n * shape.in + i], row, shape.out, &dw[i * shape.out]);
    }
  }
}

void DenseInputGradient(const DenseShape& shape, std::span<const float> w,
                        std::span<const float> dy, std::span<float> dx) {
  for (size_t n = 0; n < shape.batch; ++n) {
    for (size_t i = 0; i < shape.in; ++i) {
      float sum = 0;
      for (size_t j = 0; j < shape.out; ++j) sum += w[i * shape.out + j] * dy[n * shape.out + j];
      dx[n * shape.in + i] = sum;
    }
  }
}

}  // namespace paceline
