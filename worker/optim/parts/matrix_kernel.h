// Products of a few rows (one for each tensor) with a dense layer. Each sum starts from the bias
// and runs over the inputs in order, so neither the tiling nor the instruction set changes a bit.
#pragma once

#include "common/lane/team.h"
#include "common/lane/wide.h"
#include "common/lopt/plan/matrix_plan.h"

namespace paceline {

// Rows that share a load of the weights; lane vectors of columns that they go through together.
inline constexpr uint32_t kMatrixRows = 4;
template <class V>
inline constexpr int kColumnVectors = V::kLanes == 1 ? 4 : V::kRegisters / 8;
// Inputs whose weights for a panel are a quarter of a first cache or so.
inline constexpr uint32_t kInputBlock = 32;

// A V of `count` values, the rest of them 0; count may be beyond a V's lanes.
template <class V>
PACELINE_LANE V LoadPart(const float* values, uint32_t count) {
  if (count >= static_cast<uint32_t>(V::kLanes)) return V::Load(values);
  alignas(64) float part[V::kLanes] = {};
  for (uint32_t i = 0; i < count; ++i) part[i] = values[i];
  return V::Load(part);
}
template <class V>
PACELINE_LANE void StorePart(V x, float* values, uint32_t count) {
  if (count >= static_cast<uint32_t>(V::kLanes)) return x.Store(values);
  alignas(64) float part[V::kLanes];
  x.Store(part);
  for (uint32_t i = 0; i < count; ++i) values[i] = part[i];
}

// `count` values that lie together.
struct WeightSpan {
  const float* values;
  uint32_t count;
};

// source(input, column) is the WeightSpan of the weights of an input from a column on, a multiple
// of kLaneGroup; what it lacks of a whole lane group is 0. Ends without Sync.
template <class V, class Team, class Source>
PACELINE_LANE void PackWeights(const Team& team, const MatrixPlan& plan, float* prepared,
                               const Source& source) {
  using W = typename lane::SixteenOf<V>::Type;
  constexpr uint32_t kLanes = W::kLanes;
  lane::ForEachPlace(team, plan.inputs, plan.columns / kLanes,
                     [&](size_t row, size_t pack) PACELINE_INLINE_LAMBDA {
                       const uint32_t input = static_cast<uint32_t>(row);
                       const uint32_t column = static_cast<uint32_t>(pack) * kLanes;
                       const uint32_t within = column % kLaneGroup;
                       const WeightSpan span = source(input, column - within);
                       const W values = span.count > within
                                            ? LoadPart<W>(span.values + within, span.count - within)
                                            : W::Set(0.0f);
                       values.Store(prepared + plan.weights + plan.Place(input, column));
                     });
}

// As PackWeights: source(column).
template <class V, class Team, class Source>
PACELINE_LANE void PackBias(const Team& team, const MatrixPlan& plan, float* prepared,
                            const Source& source) {
  lane::ForEach(team, plan.columns, [&](size_t i) PACELINE_INLINE_LAMBDA {
    const uint32_t column = static_cast<uint32_t>(i), within = column % kLaneGroup;
    const WeightSpan span = source(column - within);
    prepared[plan.bias + i] = within < span.count ? span.values[within] : 0.0f;
  });
}

// A dense layer [inputs, outputs] of θ as it is.
template <class V, class Team>
PACELINE_LANE void PackDense(const Team& team, const MatrixPlan& plan, const float* weights,
                             const float* bias, uint32_t outputs, float* prepared) {
  const auto row = [&](const float* values, uint32_t column) PACELINE_INLINE_LAMBDA {
    return WeightSpan{values + column, column < outputs ? outputs - column : 0};
  };
  PackWeights<V>(team, plan, prepared, [&](uint32_t input, uint32_t column) PACELINE_INLINE_LAMBDA {
    return row(weights + size_t{input} * outputs, column);
  });
  PackBias<V>(team, plan, prepared,
              [&](uint32_t column) PACELINE_INLINE_LAMBDA { return row(bias, column); });
}

// One tile's work, as plain data.
struct MatrixTile {
  const float* weights;  // of the tile's first column
  const float* start;    // what is added to: rows of `start_stride`
  const float* x;
  float* y;
  uint32_t start_stride;
  uint32_t x_stride;
  uint32_t y_stride;
  uint32_t inputs;
  uint32_t panel;  // width
  uint32_t ahead;  // floats from a weight to the one to be fetched; 0: none
};

template <class V, int kRows, int kVectors>
PACELINE_LANE_CALL void MultiplyTile(const MatrixTile& tile) {
  const MatrixTile t = tile;
  V sums[kRows][kVectors];
  PACELINE_UNROLL(4)
  for (int r = 0; r < kRows; ++r) {
    PACELINE_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) {
      sums[r][v] = V::Load(t.start + r * t.start_stride + v * V::kLanes);
    }
  }
  const float* weights = t.weights;
  for (uint32_t i = 0; i < t.inputs; ++i, weights += t.panel) {
    if (t.ahead > 0) lane::Prefetch(weights + t.ahead);
    V w[kVectors];
    PACELINE_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) w[v] = Held(V::Load(weights + v * V::kLanes));
    PACELINE_UNROLL(4)
    for (int r = 0; r < kRows; ++r) {
      const V x = V::Set(t.x[r * t.x_stride + i]);
      PACELINE_UNROLL(4)
      for (int v = 0; v < kVectors; ++v) sums[r][v] = Fma(x, w[v], sums[r][v]);
    }
  }
  PACELINE_UNROLL(4)
  for (int r = 0; r < kRows; ++r) {
    PACELINE_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) sums[r][v].Store(t.y + r * t.y_stride + v * V::kLanes);
  }
}

template <class V, int kVectors>
PACELINE_LANE void MultiplyTileOf(uint32_t rows, const MatrixTile& tile) {
  if (rows == 4) {
    MultiplyTile<V, 4, kVectors>(tile);
  } else if (rows == 3) {
    MultiplyTile<V, 3, kVectors>(tile);
  } else if (rows == 2) {
    MultiplyTile<V, 2, kVectors>(tile);
  } else {
    MultiplyTile<V, 1, kVectors>(tile);
  }
}

// What Multiply is given.
template <class V>
struct MatrixProduct {
  const MatrixPlan& plan;
  const float* prepared;
  const float* x;
  uint32_t x_stride;
  uint32_t rows;
  float* y;
  uint32_t y_stride;

  // kVectors of columns from `column` on, kMatrixRows rows from `row` on; adds `count` inputs from
  // `first` on to what those before them gave.
  template <int kVectors>
  PACELINE_LANE void Tile(uint32_t row, uint32_t column, uint32_t first, uint32_t count) const {
    float* to = y + size_t{row} * y_stride + column;
    const MatrixTile tile = {.weights = prepared + plan.weights + plan.Place(first, column),
                             .start = first == 0 ? prepared + plan.bias + column : to,
                             .x = x + size_t{row} * x_stride + first,
                             .y = to,
                             .start_stride = first == 0 ? 0 : y_stride,
                             .x_stride = x_stride,
                             .y_stride = y_stride,
                             .inputs = count,
                             .panel = plan.PanelWidth(column),
                             .ahead = count == plan.inputs ? 0 : kInputBlock * kPanel};
    MultiplyTileOf<V, kVectors>(rows - row < kMatrixRows ? rows - row : kMatrixRows, tile);
  }

  // By one thread, the panel of columns from `panel` on. Where tiles are narrower than the panel it
  // goes through the inputs in blocks that stay in the first cache, while the next one is fetched:
  // no processor foresees such steps.
  template <int kVectors>
  PACELINE_LANE void Panel(uint32_t panel) const {
    constexpr uint32_t kColumns = kVectors * V::kLanes;
    const uint32_t width = plan.PanelWidth(panel);
    const uint32_t block = width == kColumns ? plan.inputs : kInputBlock;
    uint32_t first = 0;
    do {
      const uint32_t count = plan.inputs - first < block ? plan.inputs - first : block;
      for (uint32_t row = 0; row < rows; row += kMatrixRows) {
        for (uint32_t column = panel; column < panel + width; column += kColumns) {
          Tile<kVectors>(row, column, first, count);
        }
      }
      first += count;
    } while (first < plan.inputs);
  }
};

// y [rows, y_stride] = bias + x [rows, x_stride] · weights, for all columns. Ends with a Sync.
template <class V, class Team>
PACELINE_LANE void Multiply(const Team& team, const MatrixPlan& plan, const float* prepared,
                            const float* x, uint32_t x_stride, uint32_t rows, float* y,
                            uint32_t y_stride) {
  const MatrixProduct<V> product = {plan, prepared, x, x_stride, rows, y, y_stride};
  if constexpr (Team::kSolo) {
    constexpr int kVectors = kColumnVectors<V>;
    constexpr int kNarrow = kVectors * V::kLanes > kLaneGroup ? kLaneGroup / V::kLanes : kVectors;
    for (uint32_t panel = 0; panel < plan.wide_columns(); panel += kPanel) {
      product.template Panel<kVectors>(panel);
    }
    for (uint32_t panel = plan.wide_columns(); panel < plan.columns; panel += kLaneGroup) {
      product.template Panel<kNarrow>(panel);
    }
  } else {
    // Neighbours take neighbouring columns.
    const uint32_t row_tiles = (rows + kMatrixRows - 1) / kMatrixRows;
    const uint32_t tiles = plan.columns / V::kLanes;
    lane::ForEach(team, size_t{tiles} * row_tiles, [&](size_t item) {
      const uint32_t number = static_cast<uint32_t>(item);
      product.template Tile<1>(number / tiles * kMatrixRows, number % tiles * V::kLanes, 0,
                               plan.inputs);
    });
  }
  team.Sync();
}

}  // namespace paceline
