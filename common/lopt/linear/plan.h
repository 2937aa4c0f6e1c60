// The linear per-parameter optimizer on a list of tensors, as plain data.
#pragma once

#include "common/lopt/plan/per_parameter_plan.h"

namespace paceline {

struct LinearKernel;

inline constexpr uint32_t kMaxLinearMomenta = 6;
inline constexpr uint32_t kMaxLinearMoments = 3;

// The groups of features, in the order of the sum; those that are not chosen have no columns.
enum LinearGroup : uint32_t {
  kLinearGradient,
  kLinearParameter,
  kLinearMomentum,
  kLinearRms,
  kLinearInverseRms,
  kLinearScaledGradient,
  kLinearScaledMomentum,
  kLinearGroups,
};
inline constexpr uint32_t kMaxLinearColumns =
    2 + kMaxLinearMomenta + 3 * kMaxLinearMoments + kMaxLinearMomenta * kMaxLinearMoments;

// State of a tensor: momenta [momentum, padded], second moments [moment, padded].
struct LinearPlan : PerParameterPlan {
  using Kernel = LinearKernel;

  uint32_t momenta = 0;
  uint32_t moments = 0;
  float momentum_decays[kMaxLinearMomenta] = {};
  float moment_decays[kMaxLinearMoments] = {};
  bool bias_correction = false;
  bool normalize = false;
  float epsilon = 0;
  float step_multiplier = 0;
  // Columns of each group, and where the leaf of its weights begins in θ.
  uint32_t columns[kLinearGroups] = {};
  uint32_t leaves[kLinearGroups] = {};
  uint32_t bias_leaf = 0;
  // Prepared: the bias, then the weights of all columns.
  // Scratch [kMaxLinearColumns]: weights times the normalisers.
  uint32_t scaled_weights = 0;
};

}  // namespace paceline
