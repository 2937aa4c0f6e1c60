// Small dense products over a lane type.
//
// Every element of a product is Σ_k a·b in the order of k with one fma each, whatever the tile, so
// all lane types and tile shapes give the same bits.
#pragma once

#include "common/lane/simd.h"

namespace paceline::kernels {

// C[m, n] = (initial[n] or 0) + Σ_k A(m, k)·B[k, n], with A(m, k) = a[m·row_stride + k·k_stride];
// B and C have rows of `stride` floats, and n runs over whole packs (stride ≥ Padded(n)).
struct Product {
  const float* a;
  size_t row_stride, k_stride;
  const float* b;
  size_t b_stride;
  float* c;
  size_t c_stride;
  const float* initial;  // or null
  int m, n, k;
};

template <class V, int kRows, int kPacks>
PACELINE_LANE void ProductTile(const Product& p, int row, int column) {
  V sum[kRows][kPacks];
  for (int j = 0; j < kPacks; ++j) {
    const V first =
        p.initial == nullptr ? V::Set(0.0f) : V::Load(p.initial + column + j * V::kLanes);
    for (int i = 0; i < kRows; ++i) sum[i][j] = first;
  }
  const float* a = p.a + row * p.row_stride;
  const float* b = p.b + column;
  for (int k = 0; k < p.k; ++k, a += p.k_stride, b += p.b_stride) {
    V right[kPacks];
    for (int j = 0; j < kPacks; ++j) right[j] = V::Load(b + j * V::kLanes);
    for (int i = 0; i < kRows; ++i) {
      const V left = V::Set(a[i * p.row_stride]);
      for (int j = 0; j < kPacks; ++j) sum[i][j] = Fma(left, right[j], sum[i][j]);
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kPacks; ++j) {
      sum[i][j].Store(p.c + (row + i) * p.c_stride + column + j * V::kLanes);
    }
  }
}

template <class V, int kRows, int kPacks>
inline void ProductColumns(const Product& p, int column) {
  int row = 0;
  for (; row + kRows <= p.m; row += kRows) ProductTile<V, kRows, kPacks>(p, row, column);
  for (; row < p.m; ++row) ProductTile<V, 1, kPacks>(p, row, column);
}

template <class V>
inline void Multiply(const Product& p) {
#if PACELINE_SIMD_PACK
  // As many accumulators as the registers hold beside the operands.
  constexpr int kWideRows = lane::kPackRegisters == 1 ? 8 : 4;
  constexpr int kWidePacks = lane::kPackRegisters == 1 ? 2 : 1;
  constexpr int kNarrowRows = lane::kPackRegisters == 1 ? 16 : 4;
#else
  constexpr int kWideRows = 4, kWidePacks = 1, kNarrowRows = 4;
#endif
  int column = 0;
  for (; column + kWidePacks * V::kLanes <= p.n; column += kWidePacks * V::kLanes) {
    ProductColumns<V, kWideRows, kWidePacks>(p, column);
  }
  for (; column < p.n; column += V::kLanes) ProductColumns<V, kNarrowRows, 1>(p, column);
}

}  // namespace paceline::kernels
