// MLPNomLOpt (reference 2.4) on a list of tensors, as plain data.
#pragma once

#include "common/lopt/adafac_mlp/plan.h"

namespace paceline {

struct MlpNomKernel;

// Numbered as v1::NominalDirection.
enum class NominalDirection { kSgd = 1, kSgdm = 2, kAggMo = 3, kAdam = 4, kAdamAggMo = 5 };

// The network's outputs: direction; magnitudes of the step, of the nominal step, of weight decay.
inline constexpr uint32_t kNominalOutputs = 4;

// State as AdafacMlpPlan's.
struct MlpNomPlan : AdafacMlpPlan {
  using Kernel = MlpNomKernel;

  NominalDirection direction = NominalDirection::kAdamAggMo;
  float nominal_step = 0;
  float weight_decay = 0;
  // Of the magnitudes: [0] is the step's, whose exp_multiplier is not the network's.
  float exp_multipliers[3] = {};
  bool controlled[3] = {true, false, false};
  bool aggregated[3] = {};
  bool normalize = false;
  bool selfnormalize = false;
  // Scratch, room for any one tensor.
  uint32_t outputs = 0;  // [4, padded]
  uint32_t means = 0;    // [4]: of the magnitudes, of the gradient
};

}  // namespace paceline
