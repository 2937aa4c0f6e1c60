// NNAdam (reference 2.5) on a list of tensors, as plain data.
#pragma once

#include "common/lopt/plan/lstm_plan.h"
#include "common/lopt/plan/plan_sizes.h"

namespace paceline {

// What the LSTM controls, in the order of its outputs: a tenth of ln lr, ln(1 − β1), ln(1 − β2) and
// ln ε.
inline constexpr uint32_t kNnAdamControls = 4;
inline constexpr uint32_t kNnAdamInputs = 19;

struct NnAdamKernel;

// State of a tensor: m, v [2, padded].
struct NnAdamPlan : PlanSizes {
  using Kernel = NnAdamKernel;

  LstmPlan lstm;
  MatrixPlan controls;  // [hidden, 4]
  uint32_t tensor_count = 0;
  const TensorPlan* tensors = nullptr;
  float output_scale = 0;
  float decay_strength = 0;
  // Leaves of θ.
  uint32_t initial_leaves[kNnAdamControls] = {};
  uint32_t controls_weight_leaf = 0;
  uint32_t controls_bias_leaf = 0;
  uint32_t initial_controls = 0;  // prepared [4]
  size_t controls_state = 0;      // [tensor, 4]
  // Scratch.
  uint32_t rates = 0;    // [tensor, 8]
  uint32_t totals = 0;   // [tensor, 16]
  uint32_t outputs = 0;  // [tensor, 16]
  uint32_t sums = 0;     // as SumElements wants it
};

}  // namespace paceline
