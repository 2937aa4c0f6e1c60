// Tiles of matrix products in registers, over the lanes of this compilation.
#pragma once

#include "worker/network/fused/kernels.h"
#include "worker/network/fused/lanes.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {

// Packed b: panels of kTilePacks packs of columns, the last maybe narrower; a panel is [k, width].
inline constexpr size_t kPanel = kTilePacks * kLanes;
PACELINE_LANE size_t PanelWidth(size_t n, size_t column) {
  return Padded(n) - column < kPanel ? Padded(n) - column : kPanel;
}

// One panel of b, rows [0, k); columns behind n become 0.
inline void PackPanel(const float* b, size_t row, size_t column_step, size_t k, size_t count,
                      size_t width, float* to) {
  if (column_step == 1) {
    for (size_t i = 0; i < k; ++i, b += row, to += width) {
      for (size_t j = 0; j < width; j += kLanes) {
        (j < count ? LoadFirst(b + j, count - j) : V::Set(0.0f)).Store(to + j);
      }
    }
    return;
  }
  for (size_t j = count; j < width; ++j) {
    for (size_t i = 0; i < k; ++i) to[i * width + j] = 0.0f;
  }
  // Blocks of 16 × 16 keep the lines of both sides in the nearest cache.
  for (size_t i = 0; i < k; i += kLanes) {
    const size_t end = i + kLanes < k ? i + kLanes : k;
    for (size_t j = 0; j < count; ++j) {
      const float* from = b + j * column_step;
      for (size_t at = i; at < end; ++at) to[at * width + j] = from[at * row];
    }
  }
}

inline void PackAll(const float* b, size_t row, size_t column_step, size_t k, size_t n, float* to) {
  for (size_t column = 0; column < n; column += kPanel) {
    const size_t width = PanelWidth(n, column);
    const size_t count = n - column < width ? n - column : width;
    PackPanel(b + column * column_step, row, column_step, k, count, width, to);
    to += k * width;
  }
}

// Where a tile of sums comes from and goes to: rows of c, `count` columns of it.
template <int kRows, int kPacks>
struct Tile {
  V sum[kRows][kPacks];

  template <class RowOf>
  PACELINE_LANE void Begin(const float* initial, bool adds, size_t count, const RowOf& row_of) {
    PACELINE_UNROLL(4)
    for (int j = 0; j < kPacks; ++j) {
      const size_t at = j * kLanes;
      const bool any = at < count;
      const V first = initial != nullptr && any ? LoadFirst(initial + at, count - at) : V::Set(0);
      PACELINE_UNROLL(16)
      for (int i = 0; i < kRows; ++i) {
        sum[i][j] = adds && any ? LoadFirst(row_of(i) + at, count - at) : first;
      }
    }
  }
  template <class RowOf>
  PACELINE_LANE void End(size_t count, const RowOf& row_of) const {
    PACELINE_UNROLL(16)
    for (int i = 0; i < kRows; ++i) {
      PACELINE_UNROLL(4)
      for (int j = 0; j < kPacks; ++j) {
        const size_t at = j * kLanes;
        if (at < count) StoreFirst(sum[i][j], row_of(i) + at, count - at);
      }
    }
  }
  // left(i): a of row i at this k.
  template <class Left>
  PACELINE_LANE void Add(const float* right, const Left& left) {
    V b[kPacks];
    PACELINE_UNROLL(4)
    for (int j = 0; j < kPacks; ++j) b[j] = V::Load(right + j * kLanes);
    PACELINE_UNROLL(16)
    for (int i = 0; i < kRows; ++i) {
      const V a = V::Set(left(i));
      PACELINE_UNROLL(4)
      for (int j = 0; j < kPacks; ++j) sum[i][j] = Fma(a, b[j], sum[i][j]);
    }
  }
};

// body.Run<rows>(first row) over [0, m): as many tiles of kTileRows as there are, then smaller
// ones.
template <class Body>
PACELINE_LANE void ForTiles(size_t m, const Body& body) {
  size_t row = 0;
  for (; row + kTileRows <= m; row += kTileRows) body.template Run<kTileRows>(row);
  if (kTileRows > 4 && row + 4 <= m) {
    body.template Run<4>(row);
    row += 4;
  }
  if (row + 2 <= m) {
    body.template Run<2>(row);
    row += 2;
  }
  for (; row < m; ++row) body.template Run<1>(row);
}

template <int kPacks, bool kRowsAdjacent>
struct PanelOfProduct {
  const Product& p;
  const float* packed;
  size_t column, count;
  bool adds;

  template <int kRows>
  PACELINE_LANE void Run(size_t row) const {
    float* const c = p.c + row * p.c_row + column;
    const auto row_of = [&](int i) PACELINE_INLINE_LAMBDA { return c + i * p.c_row; };
    Tile<kRows, kPacks> tile;
    tile.Begin(adds || p.initial == nullptr ? nullptr : p.initial + column, adds, count, row_of);
    const float* a = p.a + row * p.a_row;
    const float* b = packed;
    const size_t a_row = kRowsAdjacent ? 1 : p.a_row;
    for (size_t k = 0; k < p.k; ++k, a += p.a_k, b += kPacks * kLanes) {
      tile.Add(b, [&](int i) PACELINE_INLINE_LAMBDA { return a[i * a_row]; });
    }
    tile.End(count, row_of);
  }
};

template <bool kRowsAdjacent>
inline void MultiplyPanels(const Product& p, const float* packed, bool adds) {
  for (size_t column = 0; column < p.n; column += kPanel) {
    const size_t width = PanelWidth(p.n, column);
    const size_t count = p.n - column < width ? p.n - column : width;
    if (kTilePacks == 1 || width < kPanel) {
      ForTiles(p.m, PanelOfProduct<1, kRowsAdjacent>{p, packed, column, count, adds});
    } else {
      ForTiles(p.m, PanelOfProduct<kTilePacks, kRowsAdjacent>{p, packed, column, count, adds});
    }
    packed += p.k * width;
  }
}

inline void MultiplyWithPacked(const Product& p, const float* packed, bool adds) {
  if (p.a_row == 1) {
    MultiplyPanels<true>(p, packed, adds);
  } else {
    MultiplyPanels<false>(p, packed, adds);
  }
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
