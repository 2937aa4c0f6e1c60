// Products of a few rows (one for each tensor) with a dense layer. Each sum starts from the bias
// and runs over the inputs in order, so neither the tiling nor the instruction set changes a bit.
#pragma once

#include "common/lane/team.h"
#include "common/lopt/plan/matrix_plan.h"

namespace paceline {

// Rows that share a load of the weights; lane vectors of columns that they go through together.
inline constexpr uint32_t kMatrixRows = 4;
#if defined(__AVX512F__)
inline constexpr bool kManyRegisters = true;
#else
inline constexpr bool kManyRegisters = false;
#endif
template <class V, class Team>
inline constexpr int kColumnVectors = Team::kSolo && (V::kLanes == 1 || kManyRegisters) ? 4 : 1;

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
  constexpr uint32_t kLanes = V::kLanes;
  const uint32_t packs = plan.columns / kLanes;
  lane::ForEach(team, size_t{plan.inputs} * packs, [&](size_t item) PACELINE_INLINE_LAMBDA {
    const uint32_t input = static_cast<uint32_t>(item / packs);
    const uint32_t column = static_cast<uint32_t>(item % packs) * kLanes;
    const uint32_t within = column % kLaneGroup;
    const WeightSpan span = source(input, column - within);
    const V values =
        span.count > within ? LoadPart<V>(span.values + within, span.count - within) : V::Set(0.0f);
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

template <int kVectors>
struct VectorCount {
  static constexpr int kCount = kVectors;
};

// One tile's work, as plain data.
struct MatrixTile {
  const float* weights;  // of the tile's first column
  const float* bias;
  const float* x;
  float* y;
  uint32_t x_stride;
  uint32_t y_stride;
  uint32_t inputs;
  uint32_t panel;  // width
};

template <class V, int kRows, int kVectors>
PACELINE_LANE_CALL void MultiplyTile(const MatrixTile& tile) {
  const MatrixTile t = tile;
  V sums[kRows][kVectors];
  PACELINE_UNROLL(4)
  for (int r = 0; r < kRows; ++r) {
    PACELINE_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) sums[r][v] = V::Load(t.bias + v * V::kLanes);
  }
  const float* weights = t.weights;
  for (uint32_t i = 0; i < t.inputs; ++i, weights += t.panel) {
    V w[kVectors];
    PACELINE_UNROLL(4)
    for (int v = 0; v < kVectors; ++v) w[v] = V::Load(weights + v * V::kLanes);
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

// y [rows, y_stride] = bias + x [rows, x_stride] · weights, for all columns. Ends with a Sync.
template <class V, class Team>
PACELINE_LANE void Multiply(const Team& team, const MatrixPlan& plan, const float* prepared,
                            const float* x, uint32_t x_stride, uint32_t rows, float* y,
                            uint32_t y_stride) {
  const uint32_t row_tiles = (rows + kMatrixRows - 1) / kMatrixRows;
  const auto columns = [&](uint32_t first, uint32_t end, auto vectors) PACELINE_INLINE_LAMBDA {
    constexpr int kVectors = decltype(vectors)::kCount;
    constexpr uint32_t kColumns = kVectors * V::kLanes;
    lane::ForEach(team, size_t{end - first} / kColumns * row_tiles, [&](size_t item) {
      // A team's neighbours take neighbouring columns; one thread takes all rows while a panel is
      // in its cache.
      const uint32_t tiles = (end - first) / kColumns;
      const uint32_t number = static_cast<uint32_t>(item);
      const uint32_t row = (Team::kSolo ? number % row_tiles : number / tiles) * kMatrixRows;
      const uint32_t column =
          first + (Team::kSolo ? number / row_tiles : number % tiles) * kColumns;
      const MatrixTile tile = {.weights = prepared + plan.weights + plan.Place(0, column),
                               .bias = prepared + plan.bias + column,
                               .x = x + size_t{row} * x_stride,
                               .y = y + size_t{row} * y_stride + column,
                               .x_stride = x_stride,
                               .y_stride = y_stride,
                               .inputs = plan.inputs,
                               .panel = plan.PanelWidth(column)};
      MultiplyTileOf<V, kVectors>(rows - row < kMatrixRows ? rows - row : kMatrixRows, tile);
    });
  };
  columns(0, plan.wide_columns(), VectorCount<kColumnVectors<V, Team>>());
  columns(plan.wide_columns(), plan.columns, VectorCount<1>());
  team.Sync();
}

}  // namespace paceline
