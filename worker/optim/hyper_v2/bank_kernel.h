// HyperV2's bank of networks: packed so that a tensor's network is one row of a product, and from
// such a row to what the per-parameter network reads.
#pragma once

#include "common/lopt/hyper_v2/plan.h"
#include "worker/optim/parts/matrix_kernel.h"

namespace paceline {

// Ends without Sync.
template <class V, class Team>
PACELINE_LANE void PrepareBank(const Team& team, const BankPlan& plan, const NetworkPlan& network,
                               const float* theta, float* prepared) {
  const uint32_t hidden = network.hidden, layers = network.layers;
  const MatrixPlan& matrix = plan.matrix;
  float* weights = prepared + matrix.weights;
  lane::ForEach(team, matrix.columns,
                [&](size_t i) PACELINE_INLINE_LAMBDA { prepared[matrix.bias + i] = 0.0f; });
  lane::ForEach(team, plan.count, [&](size_t item) PACELINE_INLINE_LAMBDA {
    const uint32_t k = static_cast<uint32_t>(item);
    uint32_t column = 0;
    const auto add = [&](const float* values, uint32_t count) PACELINE_INLINE_LAMBDA {
      for (uint32_t j = 0; j < count; ++j) weights[matrix.Place(k, column++)] = values[j];
    };
    // Of a leaf [count, size].
    const auto add_leaf = [&](uint32_t leaf, uint32_t size) PACELINE_INLINE_LAMBDA {
      add(theta + leaf + size_t{k} * size, size);
    };
    for (uint32_t f = 0; f < kHyperV2Inputs; ++f) {
      add(theta + plan.first_leaf[f] + size_t{k} * plan.first_stride[f], hidden);
    }
    add_leaf(plan.bias_leaf[0], hidden);
    for (uint32_t i = 1; i < layers; ++i) add_leaf(plan.weight_leaf[i], hidden * hidden);
    for (uint32_t i = 1; i < layers; ++i) add_leaf(plan.bias_leaf[i], hidden);
    // Of the last layer's three outputs the third is not used.
    const float* last = theta + plan.weight_leaf[layers] + size_t{k} * hidden * 3;
    for (uint32_t h = 0; h < hidden; ++h) add(last + 3 * h, 2);
    add(theta + plan.bias_leaf[layers] + size_t{k} * 3, 2);
    while (column < matrix.columns) weights[matrix.Place(k, column++)] = 0.0f;
  });
}

// Rows of `count` values to rows of `width`, the rest of them 0, times a factor. Reads up to 15
// floats behind the last row.
template <class V, class Team>
PACELINE_LANE void SpreadRows(const Team& team, const float* from, uint32_t rows, uint32_t count,
                              uint32_t width, float factor, float* to) {
  const uint32_t packs = width / V::kLanes;
  const auto one = [&](uint32_t row, uint32_t h) PACELINE_INLINE_LAMBDA {
    const auto own = FromInt(V::U::Iota(h)) < V::Set(static_cast<float>(count));
    const V values = V::Load(from + size_t{row} * count + h) * V::Set(factor);
    Select(own, values, V::Set(0.0f)).Store(to + size_t{row} * width + h);
  };
  if constexpr (Team::kSolo) {
    for (uint32_t row = 0; row < rows; ++row) {
      for (uint32_t h = 0; h < width; h += V::kLanes) one(row, h);
    }
  } else {
    lane::ForEach(team, size_t{rows} * packs, [&](size_t i) PACELINE_INLINE_LAMBDA {
      one(static_cast<uint32_t>(i / packs), static_cast<uint32_t>(i % packs) * V::kLanes);
    });
  }
}

// `row`: a tensor's mixture, [columns] and 16 more. Ends with a Sync.
template <class V, class Team>
PACELINE_LANE void UnpackNetwork(const Team& team, const BankPlan& plan, const NetworkPlan& network,
                                 const float* row, float* scratch) {
  const uint32_t hidden = network.hidden, width = network.padded_hidden;
  const uint32_t middle = network.layers - 1;
  const float factor = 100.0f / static_cast<float>(plan.count);
  const auto take = [&](uint32_t rows, uint32_t to) PACELINE_INLINE_LAMBDA {
    SpreadRows<V>(team, row, rows, hidden, width, factor, scratch + to);
    row += rows * hidden;
  };
  take(kHyperV2Inputs, network.first_weights);
  take(1, network.first_bias);
  take(middle * hidden, network.middle_weights);
  take(middle, network.middle_biases);
  lane::ForEach(team, 2 * hidden, [&](size_t i) PACELINE_INLINE_LAMBDA {
    scratch[network.last_weights + i] = factor * row[i];
  });
  lane::ForEach(team, 2, [&](size_t i) PACELINE_INLINE_LAMBDA {
    scratch[network.last_bias + i] = factor * row[2 * hidden + i];
  });
  team.Sync();
}

}  // namespace paceline
