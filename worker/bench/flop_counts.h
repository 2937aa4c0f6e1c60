// The parts that several optimizers' arithmetic is counted of (flops.h says what counts).
#pragma once

#include "common/footprint/tensors.h"

namespace paceline {

inline constexpr double kExp = 20, kLog = 28, kRsqrt = 13, kTanh = 38, kSinCos = 24;
inline constexpr double kSigmoid = kExp + 2;
inline constexpr double kTimeFeatures = 11;
inline constexpr double kOutputs = 2;
// p ← p − direction·step_multiplier·exp(magnitude·exp_multiplier)
inline constexpr double kUpdate = kExp + 4;
inline constexpr double kAdafacElementInputs = 16;

// Multiply-adds and ReLUs of the network behind its first layer, per element.
inline double LaterLayers(double hidden, double layers) {
  return hidden + (layers - 1) * (2 * hidden * hidden + hidden) + 2 * kOutputs * hidden;
}

// Of features f of `count` values: squares and sums, and the first layer's weights times the
// normaliser.
inline double NormaliserFlops(double features, double count, double hidden) {
  return 2 * features * count + features * (kRsqrt + 2 + hidden);
}

inline double TimeFlops(double hidden) { return kTimeFeatures * (kTanh + 2 + 2 * hidden); }

// One tensor under AdafacMLP; element_inputs: of the network that are each element's own on a
// matrix.
double AdafacTensorFlops(const TensorShape& shape, double element_inputs, double hidden,
                         double layers);

}  // namespace paceline
