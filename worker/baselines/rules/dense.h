// Products and decompositions of small matrices [rows, Padded(columns)], by one thread; every lane
// type gives the same bits. What the padding of an operand on the right holds must be 0.
#pragma once

#include "common/lopt/plan/tensor_plan.h"
#include "worker/baselines/rules/elements.h"
#include "worker/kernels/dense_kernel.h"

namespace paceline {

// A matrix on the left: element (i, k) is values[i·row + k·column].
struct LeftMatrix {
  const float* values;
  size_t row, column;
};

// sink(place in C, the lane group of A·B there) for C [m, Padded(n)], B [k, Padded(n)].
template <class V, class Sink>
PACELINE_LANE void Product(const LeftMatrix& a, const float* b, uint32_t m, uint32_t n, uint32_t k,
                           const Sink& sink) {
  const size_t stride = Padded(n);
  kernels::MultiplySolo<V>({.a = a.values,
                            .row_stride = a.row,
                            .k_stride = a.column,
                            .b = b,
                            .b_stride = stride,
                            .initial = nullptr,
                            .m = static_cast<int>(m),
                            .n = static_cast<int>(stride),
                            .k = static_cast<int>(k)},
                           [&](int row, int column, V sum) PACELINE_INLINE_LAMBDA {
                             sink(static_cast<size_t>(row) * stride + static_cast<size_t>(column),
                                  sum);
                           });
}

template <class V>
PACELINE_LANE void ProductTo(const LeftMatrix& a, const float* b, uint32_t m, uint32_t n,
                             uint32_t k, float* c) {
  Product<V>(a, b, m, n, k, [=](size_t at, V sum) PACELINE_INLINE_LAMBDA { sum.Store(c + at); });
}

PACELINE_LANE LeftMatrix AsIs(const float* values, uint32_t columns) {
  return {values, Padded(columns), 1};
}
PACELINE_LANE LeftMatrix Turned(const float* values, uint32_t columns) {
  return {values, 1, Padded(columns)};
}

// [rows, columns] without padding → with.
PACELINE_LANE void Pad(const float* from, uint32_t rows, uint32_t columns, float* to) {
  const uint32_t stride = Padded(columns);
  for (uint32_t r = 0; r < rows; ++r) {
    for (uint32_t c = 0; c < stride; ++c) {
      to[size_t{r} * stride + c] = c < columns ? from[size_t{r} * columns + c] : 0.0f;
    }
  }
}
// [rows, Padded(columns)] → [columns, Padded(rows)].
PACELINE_LANE void Turn(const float* from, uint32_t rows, uint32_t columns, float* to) {
  const uint32_t stride = Padded(columns), turned = Padded(rows);
  for (uint32_t c = 0; c < columns; ++c) {
    for (uint32_t r = 0; r < turned; ++r) {
      to[size_t{c} * turned + r] = r < rows ? from[size_t{r} * stride + c] : 0.0f;
    }
  }
}

// p ← p − rate·u − decay·p, u [rows, p(columns)].
template <class V>
PACELINE_LANE void StepByRows(uint32_t rows, uint32_t columns, float rate, float decay,
                              const float* u, float* p) {
  const uint32_t stride = Padded(columns);
  for (uint32_t row = 0; row < rows; ++row) {
    const float* direction = u + size_t{row} * stride;
    float* own = p + size_t{row} * columns;
    ForElements<V>(columns, [=]<class W>(size_t i) PACELINE_INLINE_LAMBDA {
      const W old = W::Load(own + i), kept = Fnma(W::Set(decay), old, old);
      Fnma(W::Set(rate), W::Load(direction + i), kept).Store(own + i);
    });
  }
}

}  // namespace paceline
