// What acting needs to know of a policy and its environment; no library types, so that files
// compiled per instruction set can include it.
#pragma once

#include <cstddef>

#include "worker/kernels/mlp_shape.h"

namespace paceline::control {

// Episodes go side by side, a lane each: arrays of a group of them are [..., kGroup].
inline constexpr int kGroup = 16;

// Numbered as v1::Environment.
enum class EnvironmentKind { kCartPole = 1, kPendulum = 2, kAcrobot = 3 };

// An MLP for one example, the activation between its layers.
struct MlpPlan {
  static constexpr int kMaxLayers = 9;
  int layers = 0;                   // weight matrices
  int widths[kMaxLayers + 1] = {};  // [layers + 1]
  size_t weights[kMaxLayers] = {};  // offset of layer l's weights [in, out] in the parameters
  size_t biases[kMaxLayers] = {};   // and of its bias [out]
  kernels::ActivationKind activation = kernels::ActivationKind::kTanh;

  inline __attribute__((always_inline)) int widest() const {
    int most = 0;
    for (int l = 0; l <= layers; ++l) most = widths[l] > most ? widths[l] : most;
    return most;
  }
};

struct ActingPlan {
  EnvironmentKind environment = EnvironmentKind::kCartPole;
  int horizon = 0;
  MlpPlan policy, value;     // the value's output is one number
  size_t log_deviation = 0;  // offset of ln σ in the parameters, where actions are torques
};

// A group's arrays.
struct ActingGroup {
  int episodes = kGroup;         // the first ones; the others never begin
  const float* start = nullptr;  // [state, kGroup]: uniform in [0, 1)
  // [horizon, kGroup]: likewise, or standard normals where actions are torques.
  const float* noise = nullptr;
  float* seen = nullptr;     // [horizon + 1, observed, kGroup]; those up to an episode's length
  float* actions = nullptr;  // [horizon, kGroup]: a number of an action, or a torque
  float* rewards = nullptr;  // [horizon, kGroup]
  float* returns = nullptr;  // [kGroup]: the sum of the rewards
  float* lengths = nullptr;  // [kGroup]: steps taken
  float* ended = nullptr;    // [kGroup]: 1 if the environment ended it, 0 if the horizon did
  float* broken = nullptr;   // [kGroup]: 0 if all that the policy gave was finite, else NaN
  float* work = nullptr;     // [2, widest layer, kGroup]
};

}  // namespace paceline::control
