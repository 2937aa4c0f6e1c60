// Small dense products over a lane type, by one thread with vectors or by a team with scalars.
//
// Every element of a product is Σ_k a·b in the order of k with one fma each, whatever the tile, so
// all lane types, tile shapes and teams give the same bits.
#pragma once

#include "common/lane/simd.h"
#include "common/lane/team.h"

namespace paceline::kernels {

// C[m, n] = (initial[n] or 0) + Σ_k A(m, k)·B[k, n], with A(m, k) = a[m·row_stride + k·k_stride]; B
// has rows of `b_stride` floats. n runs over whole lane groups.
struct Product {
  const float* a;
  size_t row_stride, k_stride;
  const float* b;
  size_t b_stride;
  const float* initial;  // or null
  int m, n, k;
};

// ---- One thread, vectors ----

// Rows row .. row + kRows, packs of columns from `column` on.
template <class V, int kRows, int kPacks, class Epilogue>
PACELINE_LANE void ProductTile(const Product& p, int row, int column, const Epilogue& epilogue) {
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
    for (int j = 0; j < kPacks; ++j) epilogue(row + i, column + j * V::kLanes, sum[i][j]);
  }
}

// The tile of a lane type: as many sums as the registers hold beside the operands.
template <class V>
struct TileSize {
  static constexpr int kRows = 4, kPacks = 1, kNarrowRows = 4;
};
#if PACELINE_SIMD_PACK
template <>
struct TileSize<lane::Pack> {
  static constexpr bool kMany = lane::Pack::kRegisters == 32;
  static constexpr int kRows = kMany ? 8 : 6, kPacks = 2, kNarrowRows = kMany ? 16 : 8;
};
#endif

// Rows from `row` on: tiles of kRows, and lower ones for what is left.
template <class V, int kRows, int kPacks, class Epilogue>
inline void ProductColumns(const Product& p, int row, int column, const Epilogue& epilogue) {
  // Twice four rows are faster than six and two.
  for (; row + kRows <= p.m && (kRows != 6 || p.m - row != 8); row += kRows) {
    ProductTile<V, kRows, kPacks>(p, row, column, epilogue);
  }
  if constexpr (kRows > 1) {
    constexpr int kLower = kRows > 4 ? 4 : kRows / 2;
    if (row < p.m) ProductColumns<V, kLower, kPacks>(p, row, column, epilogue);
  }
}

template <class V, class Epilogue>
inline void MultiplySolo(const Product& p, const Epilogue& epilogue) {
  using Size = TileSize<V>;
  constexpr int kWidth = Size::kPacks * V::kLanes;
  int column = 0;
  for (; column + kWidth <= p.n; column += kWidth) {
    ProductColumns<V, Size::kRows, Size::kPacks>(p, 0, column, epilogue);
  }
  for (; column < p.n; column += V::kLanes) {
    ProductColumns<V, Size::kNarrowRows, 1>(p, 0, column, epilogue);
  }
}

// ---- A team, scalars ----
//
// 32 consecutive threads (a warp) share a tile of C: 4 threads down, 8 across, each with kRows ×
// kColumns elements that lie 4 rows and 8 columns apart. So neighbours read neighbouring columns of
// B, and rows of A whose strides are odd (MlpScratch) lie in different banks.

inline constexpr int kThreadsDown = 4, kThreadsAcross = 8;

template <int kRows, int kColumns>
struct WarpTile {
  static constexpr int kHeight = kThreadsDown * kRows;
  static constexpr int kWidth = kThreadsAcross * kColumns;
  static PACELINE_LANE unsigned Across(const Product& p) {
    return static_cast<unsigned>((p.n + kWidth - 1) / kWidth);
  }
  static PACELINE_LANE unsigned Items(const Product& p) {
    return Across(p) * static_cast<unsigned>((p.m + kHeight - 1) / kHeight) * kThreadsDown *
           kThreadsAcross;
  }

  // One thread's part of one tile.
  template <class V, bool kRowsAdjacent, class Epilogue>
  static PACELINE_LANE void Run(const Product& p, unsigned item, const Epilogue& epilogue) {
    static_assert(V::kLanes == 1);
    const unsigned tile = item / 32, thread = item % 32;
    const int first_row = static_cast<int>(tile / Across(p)) * kHeight;
    const int first_column = static_cast<int>(tile % Across(p)) * kWidth;
    const int row = first_row + static_cast<int>(thread) / kThreadsAcross;
    const int column = first_column + static_cast<int>(thread) % kThreadsAcross;
    if (first_row + kHeight <= p.m && first_column + kWidth <= p.n) {
      Inside<V, kRowsAdjacent>(p, row, column, epilogue);
    } else {
      AtBorder<V>(p, row, column, epilogue);
    }
  }

 private:
  template <class V>
  static PACELINE_LANE V First(const Product& p, int column) {
    return p.initial == nullptr ? V::Set(0.0f) : V::Load(p.initial + column);
  }

  template <class V>
  static PACELINE_LANE void Add(const V (&left)[kRows], const V (&right)[kColumns],
                                V (&sum)[kRows][kColumns]) {
    PACELINE_UNROLL(8)
    for (int i = 0; i < kRows; ++i) {
      PACELINE_UNROLL(8)
      for (int j = 0; j < kColumns; ++j) sum[i][j] = Fma(left[i], right[j], sum[i][j]);
    }
  }

  // The whole tile lies in C: elements are at distances that are known when this is compiled.
  template <class V, bool kRowsAdjacent, class Epilogue>
  static PACELINE_LANE void Inside(const Product& p, int row, int column,
                                   const Epilogue& epilogue) {
    const float* a[kRows];
    V sum[kRows][kColumns];
    PACELINE_UNROLL(8)
    for (int i = 0; i < kRows; ++i) {
      a[i] = p.a + (row + i * kThreadsDown) * p.row_stride;
      PACELINE_UNROLL(8)
      for (int j = 0; j < kColumns; ++j) sum[i][j] = First<V>(p, column + j * kThreadsAcross);
    }
    const float* a_column = a[0];
    const float* b = p.b + column;
    PACELINE_UNROLL(4)
    for (int k = 0; k < p.k; ++k) {
      V left[kRows], right[kColumns];
      PACELINE_UNROLL(8)
      for (int i = 0; i < kRows; ++i) {
        left[i] = V::Load(kRowsAdjacent ? a_column + i * kThreadsDown : a[i] + k);
      }
      PACELINE_UNROLL(8)
      for (int j = 0; j < kColumns; ++j) right[j] = V::Load(b + j * kThreadsAcross);
      Add(left, right, sum);
      a_column += p.k_stride;
      b += p.b_stride;
    }
    PACELINE_UNROLL(8)
    for (int i = 0; i < kRows; ++i) {
      PACELINE_UNROLL(8)
      for (int j = 0; j < kColumns; ++j) {
        epilogue(row + i * kThreadsDown, column + j * kThreadsAcross, sum[i][j]);
      }
    }
  }

  // Beyond the border the last row or column is computed again, and not kept.
  template <class V, class Epilogue>
  static PACELINE_LANE void AtBorder(const Product& p, int row, int column,
                                     const Epilogue& epilogue) {
    const float *a[kRows], *b[kColumns];
    V sum[kRows][kColumns];
    PACELINE_UNROLL(8)
    for (int i = 0; i < kRows; ++i) {
      const int r = row + i * kThreadsDown;
      a[i] = p.a + (r < p.m ? r : p.m - 1) * p.row_stride;
    }
    PACELINE_UNROLL(8)
    for (int j = 0; j < kColumns; ++j) {
      const int c = column + j * kThreadsAcross;
      const int at = c < p.n ? c : p.n - 1;
      b[j] = p.b + at;
      PACELINE_UNROLL(8)
      for (int i = 0; i < kRows; ++i) sum[i][j] = First<V>(p, at);
    }
    PACELINE_UNROLL(4)
    for (int k = 0; k < p.k; ++k) {
      V left[kRows], right[kColumns];
      PACELINE_UNROLL(8)
      for (int i = 0; i < kRows; ++i) left[i] = V::Load(a[i] + k * p.k_stride);
      PACELINE_UNROLL(8)
      for (int j = 0; j < kColumns; ++j) right[j] = V::Load(b[j] + k * p.b_stride);
      Add(left, right, sum);
    }
    PACELINE_UNROLL(8)
    for (int i = 0; i < kRows; ++i) {
      PACELINE_UNROLL(8)
      for (int j = 0; j < kColumns; ++j) {
        const int r = row + i * kThreadsDown, c = column + j * kThreadsAcross;
        if (r < p.m && c < p.n) epilogue(r, c, sum[i][j]);
      }
    }
  }
};

using WideTile = WarpTile<4, 4>;
using NarrowTile = WarpTile<4, 2>;

// Calls epilogue(row, column, lane group of C) for every element of C, each by one thread; returns
// how many items of work there were, for lane::After. Does not Sync. kRowsAdjacent says which of
// A's strides is 1: row_stride, or k_stride.
template <class V, bool kRowsAdjacent, class Team, class Epilogue>
PACELINE_LANE size_t Multiply(const Product& p, const Team& team, const Epilogue& epilogue) {
  if constexpr (Team::kSolo) {
    MultiplySolo<V>(p, epilogue);
    return 0;
  } else if (p.n > NarrowTile::kWidth) {
    const size_t items = WideTile::Items(p);
    lane::ForEach(team, items, [&](size_t item) {
      WideTile::Run<V, kRowsAdjacent>(p, static_cast<unsigned>(item), epilogue);
    });
    return items;
  } else {
    const size_t items = NarrowTile::Items(p);
    lane::ForEach(team, items, [&](size_t item) {
      NarrowTile::Run<V, kRowsAdjacent>(p, static_cast<unsigned>(item), epilogue);
    });
    return items;
  }
}

}  // namespace paceline::kernels
