// The per-parameter network of a learned optimizer: where its weights lie in θ, and where among the
// prepared floats. inputs → hidden → ... → hidden → outputs (direction, magnitude, ...), with ReLU;
// the first layer sees eleven time features after its inputs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

inline constexpr uint32_t kMaxHidden = 512;
inline constexpr uint32_t kMaxNetworkLayers = 8;
inline constexpr uint32_t kMaxInputs = 48;
inline constexpr uint32_t kTimeFeatures = 11;
// Of an input that the network does not see: its weights are prepared as zeros.
inline constexpr uint8_t kNoInputRow = 255;

// Plain data. Rows of prepared weights have padded_hidden columns, the last layer's have `outputs`.
struct NetworkPlan {
  uint32_t hidden = 0;  // width of the first layer: without hidden layers, the outputs
  uint32_t padded_hidden = 0;
  uint32_t layers = 0;  // hidden layers
  uint32_t inputs = 0;  // without time
  uint32_t outputs = 0;
  // Input f of the kernels is row input_rows[f] of the first layer in θ; the time features begin at
  // time_row. Either may be kNoInputRow.
  uint8_t input_rows[kMaxInputs] = {};
  uint8_t time_row = kNoInputRow;
  // In θ, [layers + 1].
  uint32_t weight_leaf[kMaxNetworkLayers + 1] = {};
  uint32_t bias_leaf[kMaxNetworkLayers + 1] = {};
  // Prepared.
  uint32_t first_weights = 0;   // [input, padded_hidden]
  uint32_t time_weights = 0;    // [11, padded_hidden]
  uint32_t first_bias = 0;      // [padded_hidden]
  uint32_t middle_weights = 0;  // [layers − 1, hidden, padded_hidden]
  uint32_t middle_biases = 0;   // [layers − 1, padded_hidden]
  uint32_t last_weights = 0;    // [hidden, outputs]
  uint32_t last_bias = 0;       // [outputs]
  // step = direction · exp(magnitude · exp_multiplier) · step_multiplier
  float exp_multiplier = 0;
  float step_multiplier = 0;
  // Scratch.
  uint32_t start = 0;           // [padded_hidden] first bias with the time features in it
  uint32_t time_features = 0;   // [16]
  uint32_t scaled_weights = 0;  // [input, padded_hidden]
};

}  // namespace paceline
