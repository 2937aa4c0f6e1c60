// HyperV2, VeLO's optimizer (reference 2.7), on a list of tensors, as plain data.
//
// A step: the loss's history and the tensors' statistics go through the mixing layer and the LSTM,
// whose outputs mix the bank's networks into one for each tensor; that network is then applied to
// the tensor's elements as AdafacMLP's is.
#pragma once

#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/plan/lstm_plan.h"

namespace paceline {

// Features of an element's own: AdafacMLP's and two more.
inline constexpr uint32_t kHyperV2ElementFeatures = kAdafacElementFeatures + 2;
inline constexpr uint32_t kHyperV2Inputs = kHyperV2ElementFeatures + 2 * kAdafacSideFeatures;

struct HyperV2Kernel;

// Columns of the bank's packed rows, each a network: its first layer's weights [30, hidden] in the
// kernels' order of inputs and bias [hidden], middle layers likewise, last weights [hidden, 2] and
// bias [2].
struct BankPlan {
  uint32_t count = 0;  // networks
  MatrixPlan matrix;   // [count, columns]; no bias
  // In θ: input f's weights begin at first_leaf[f] and are first_stride[f] apart from network to
  // network.
  uint32_t first_leaf[kHyperV2Inputs] = {};
  uint32_t first_stride[kHyperV2Inputs] = {};
  uint32_t weight_leaf[kMaxNetworkLayers + 1] = {};  // [1, layers]
  uint32_t bias_leaf[kMaxNetworkLayers + 1] = {};
};

// The base's network is that of the tensor at hand: its weights lie in scratch. State: the tensors'
// moments as AdafacMLP's, the loss's history, the LSTM's.
struct HyperV2Plan : AdafacMlpPlan {
  using Kernel = HyperV2Kernel;

  bool mixes = false;
  bool param_scale_mult = false;
  bool precondition_output = false;
  bool state_stands_still = false;
  bool equal_loss_decays = false;
  bool has_validation_feature = false;
  float validation_feature = 0;
  float scale_limit = 0;  // of clip_param_scale_amount; 0: none
  float keep_state = 1;   // 1 − rnn_state_decay
  uint32_t features = 0;  // of a tensor

  BankPlan bank;
  MatrixPlan mixing;  // [features, 2·padded hidden]: direct, maximum
  LstmPlan lstm;
  MatrixPlan controls;   // [hidden, bank]
  MatrixPlan step_size;  // [hidden, 1]
  // Leaves of θ.
  uint32_t direct_weight_leaf = 0, direct_bias_leaf = 0;
  uint32_t maximum_weight_leaf = 0, maximum_bias_leaf = 0;
  uint32_t controls_weight_leaf = 0, controls_bias_leaf = 0;
  uint32_t step_size_weight_leaf = 0, step_size_bias_leaf = 0;
  size_t loss_history = 0;  // state
  // Scratch.
  uint32_t loss_scratch = 0;
  uint32_t shared_features = 0;  // [18]
  uint32_t statistics = 0;       // [tensor, 16]
  uint32_t tensor_features = 0;  // [tensor, padded features]
  uint32_t mixed = 0;            // [tensor, 2·padded hidden]
  uint32_t tensor_controls = 0;  // [tensor, padded bank]
  uint32_t tensor_step = 0;      // [tensor, 16]
  uint32_t tensor_networks = 0;  // [tensor, the bank's columns]
};

}  // namespace paceline
