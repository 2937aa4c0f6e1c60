// The parts that several optimizers' arithmetic is counted of (flops.h says what counts).
#pragma once

#include "common/footprint/tensors.h"
#include "common/lane/flops.h"

namespace paceline {

inline constexpr double kSigmoid = kExp + 2;
inline constexpr double kTimeFeatures = 11;
inline constexpr double kOutputs = 2;
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
  double time() const { return kTimeFeatures * (kTanh + 2 + 2 * first()); }
};

// Of features f of `count` values: squares and sums, and the first layer's weights times the
// normaliser.
inline double NormaliserFlops(double features, double count, double hidden) {
  return 2 * features * count + features * (kRsqrt + 2 + hidden);
}

// The two largest axes of a shape of rank ≥ 2.
struct FlopSides {
  double larger, smaller;
};
FlopSides SidesOf(const TensorShape& shape);

// AdafacMLP's columns that an element, a row or column, and (at rank < 2) an element has.
struct AdafacColumns {
  double elements, sides, vector;
};
// One tensor under AdafacMLP. `step`: what is made of the outputs of an element.
double AdafacTensorFlops(const TensorShape& shape, const NetworkFlops& network,
                         const AdafacColumns& columns, double step);

}  // namespace paceline
