// RNNMLPLOpt (reference 2.6) on a list of tensors, as plain data.
//
// A step: gradient limited by its recent size, moments, statistics of each tensor to its LSTM,
// whose outputs are inputs of the per-parameter network; the mean of some of the network's outputs
// over the tensor goes to its LSTM in the next step.
#pragma once

#include "common/lopt/plan/lstm_plan.h"
#include "common/lopt/plan/network_plan.h"
#include "common/lopt/plan/plan_sizes.h"

namespace paceline {

inline constexpr uint32_t kRnnMlpMaxDecays = 8;
// Inputs of the network that are the same for a whole tensor, beside the LSTM's: time, sizes.
inline constexpr uint32_t kRnnMlpTimeInputs = 11;
inline constexpr uint32_t kRnnMlpSizeInputs = 3;
// Elements whose last activations are kept before their sums are taken.
inline constexpr uint32_t kRnnMlpChunk = 512;

// Sums over a tensor's elements, floats in scratch: these, then kPerDecay for each decay.
enum RnnMlpStatistic {
  kSquaredGradient,
  kSquaredParameter,
  kSquaredLog,
  kSumParameter,
  kParameterSpread,
  kFirstDecay = 8
};
enum RnnMlpDecayStatistic {
  kSumMomentum,
  kSumSecond,
  kSquaredMomentum,
  kSquaredSecond,
  kSquaredScaled,   // (m·(v + 1e-6)^−½)²
  kSquaredInverse,  // 1 / (v + 1e-6)
  kMomentumSpread,
  kSecondSpread,
  kPerDecay
};

// Running numbers of the whole problem, doubles of state.
enum RnnMlpScalar {
  kClipUpdates,  // t, from 1
  kClipSize,     // z
  kTrainLoss,    // mean, variance, updates
  kValidLoss = kTrainLoss + 3,
  kRnnMlpScalars = kValidLoss + 3,
};
struct RnnMlpKernel;

// Inputs of the network, per element: gradient, parameter, ln|parameter|, then for all decays m, v,
// m·(v + 1e-6)^−½ and (v + 1e-6)^−½; the rest enters the first bias. Its outputs are direction,
// magnitude and what the LSTM sees.
//
// State of a tensor: m, v [2, decays, padded].
struct RnnMlpPlan : PlanSizes {
  using Kernel = RnnMlpKernel;

  NetworkPlan network;
  LstmPlan lstm;
  MatrixPlan to_network;  // [hidden, lstm_to_ff]
  MatrixPlan to_tensors;  // [hidden, from_lstm]
  uint32_t tensor_count = 0;
  const TensorPlan* tensors = nullptr;
  uint32_t decay_count = 0;
  float decays[kRnnMlpMaxDecays] = {};
  uint32_t from_mlp = 0, from_lstm = 0, lstm_to_ff = 0;
  uint32_t constants = 0;  // of the network, the same for a whole tensor
  // Leaves of θ.
  uint32_t from_mlp_leaf = 0, from_lstm_leaf = 0;
  uint32_t to_network_weight_leaf = 0, to_network_bias_leaf = 0;
  uint32_t to_tensors_weight_leaf = 0, to_tensors_bias_leaf = 0;
  // Prepared.
  uint32_t constant_weights = 0;   // [constants, padded_hidden]
  uint32_t initial_from_mlp = 0;   // [from_mlp]
  uint32_t initial_from_lstm = 0;  // [from_lstm]
  // State.
  size_t from_mlp_state = 0;   // [tensor, from_mlp]
  size_t from_lstm_state = 0;  // [from_lstm]
  size_t scalars_state = 0;    // doubles
  // Scratch.
  uint32_t scalars = 0;     // [16]
  uint32_t statistics = 0;  // [tensor, statistics_stride]
  uint32_t statistics_stride = 0;
  uint32_t network_inputs = 0;    // [tensor, padded lstm_to_ff]
  uint32_t tensor_outputs = 0;    // [tensor, padded from_lstm]
  uint32_t constant_inputs = 0;   // [constants]
  uint32_t activations = 0;       // [hidden, chunk]
  uint32_t activation_sums = 0;   // [hidden, 16]
  uint32_t activation_means = 0;  // [hidden]
  uint32_t sums = 0;              // as SumElements wants it
};

}  // namespace paceline
