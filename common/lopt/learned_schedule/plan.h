// Momentum or Adam under a learned learning-rate schedule, as plain data.
//
// ln rate = log_lr + network(x), x [19]: nine of tanh(10·(t/T − s)) and nine of the loss's history
// as HyperV2's, and log10(T) − 3. Its last layer starts at zero, so that the schedule starts
// constant.
#pragma once

#include "common/lopt/plan/matrix_plan.h"
#include "common/lopt/plan/plan_sizes.h"

namespace paceline {

inline constexpr uint32_t kScheduleInputs = 19;
inline constexpr uint32_t kMaxScheduleLayers = 4;

struct LearnedScheduleKernel;

// State: the base optimizer's, then the loss's history.
struct LearnedSchedulePlan : PlanSizes {
  using Kernel = LearnedScheduleKernel;

  size_t parameters = 0;
  bool is_adam = false;
  bool is_relu = false;
  uint32_t hidden = 0;
  uint32_t layer_count = 0;                   // hidden layers
  MatrixPlan layers[kMaxScheduleLayers + 1];  // the last one gives one number
  // Leaves of θ.
  uint32_t weight_leaf[kMaxScheduleLayers + 1] = {};
  uint32_t bias_leaf[kMaxScheduleLayers + 1] = {};
  uint32_t log_learning_rate = 0;
  uint32_t log_one_minus_momentum = 0;
  uint32_t log_one_minus_beta1 = 0;
  uint32_t log_one_minus_beta2 = 0;
  uint32_t log_epsilon = 0;
  // Prepared.
  uint32_t rule = 0;        // the base optimizer's
  uint32_t log_rate = 0;    // [1]
  size_t loss_history = 0;  // state
  // Scratch.
  uint32_t loss_scratch = 0;
  uint32_t inputs = 0;
  uint32_t values[2] = {};  // two layers' in turn
  uint32_t rate = 0;
};

}  // namespace paceline
