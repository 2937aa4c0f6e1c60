// The parts that several optimizers' arithmetic is counted of (worker/bench/flops.h says what
// counts).
#pragma once

#include <vector>

#include "common/lane/flops.h"
#include "common/lopt/curvature.h"
#include "common/lopt/features.h"
#include "common/lopt/tensor.h"

namespace paceline {

inline constexpr double kSigmoid = kExp + 2;
// p ← p − direction·step_multiplier·exp(magnitude·exp_multiplier)
inline constexpr double kUpdate = kExp + 4;
inline constexpr double kAdafacElementInputs = 16, kSideFeatures = 6;

// A per-parameter network.
struct NetworkFlops {
  double hidden, layers, outputs;

  double first() const { return layers > 0 ? hidden : outputs; }
  // Multiply-adds and ReLUs behind the first layer, per element.
  double later() const {
    if (layers == 0) return 0;
    return hidden + (layers - 1) * (2 * hidden * hidden + hidden) + 2 * outputs * hidden;
  }
  double time() const { return 11 * (kTanh + 2 + 2 * first()); }
};

template <class Config>
NetworkFlops NetworkOf(const Config& config, double outputs) {
  return {static_cast<double>(config.hidden()), static_cast<double>(config.layers()), outputs};
}

// Columns of these with a row.
double ChosenOf(const std::vector<uint8_t>& rows);
// Of an element: to limit it, or to find the norm and divide by it.
double ClipFlops(const v1::Clip& clip);
// Of an element: its limit, and the step's mean square, and the step times a factor.
template <class Config>
double StabilityFlops(const Config& config) {
  return ClipFlops(config.clip()) + (config.has_update_rms() ? 4 : 0);
}

// What curvature adds to an element: averages that move with each probe, and columns. `width`: of
// the network's first layer.
double CurvatureFlops(const CurvatureNeeds& needs, const FeatureRows& rows, double width);
// Averages kept of an element.
double CurvatureAccumulators(const CurvatureNeeds& needs);

// Of features f of `count` values: squares and sums, and the first layer's weights times the
// normaliser.
inline double NormaliserFlops(double features, double count, double hidden) {
  return 2 * features * count + features * (kRsqrt + 2 + hidden);
}

// The two largest axes of a shape of rank ≥ 2.
struct FlopSides {
  double larger, smaller;
};
FlopSides SidesOf(const std::vector<int64_t>& shape);

// Newton–Schulz iterations on an n × m matrix, n ≤ m: the norm, then X·Xᵀ, A·A and B·X each time.
double NewtonSchulzFlops(const FlopSides& sides, double steps);

// AdafacMLP's columns that an element, a row or column, and (at rank < 2) an element has.
struct AdafacColumns {
  double elements, sides, vector;
};
// Of the columns with a row.
AdafacColumns AdafacColumnsOf(const FeatureRows& rows);
// One tensor under AdafacMLP. `step`: what is made of the outputs of an element.
double AdafacTensorFlops(const std::vector<int64_t>& shape, const NetworkFlops& network,
                         const AdafacColumns& columns, double step);

// A dense layer of one row.
inline double DenseFlops(double inputs, double outputs) { return 2 * inputs * outputs; }
// One row of an LSTM.
double LstmFlops(double inputs, double hidden);
// clip(ln(1e-8 + |x|), ±5)
inline constexpr double kLogFeature = kLog + 4;
// Ten averages, their corrections and minima, nine features; nine of progress.
inline constexpr double kLossHistoryFlops = 10 * 12 + 9 * 5 + 9 * (kTanh + 2);

double ElementsOf(const std::vector<ParameterTensor>& tensors);

}  // namespace paceline
