// Celo2 on a list of tensors, as plain data.
#pragma once

#include "common/lopt/adafac_mlp/plan.h"
#include "common/lopt/plan/newton_schulz_plan.h"

namespace paceline {

struct Celo2Kernel;

inline constexpr uint32_t kCelo2Features = 30;
inline constexpr uint32_t kCelo2Outputs = 3;  // the step's direction, and two that nothing uses

// Matrices are factored tensors, whose state is AdafacMlpPlan's; of the others it is AdamW's first
// and second moments [2, padded].
struct Celo2Plan : AdafacMlpPlan {
  using Kernel = Celo2Kernel;

  float learning_rate = 0;
  float weight_decay = 0;
  NewtonSchulzPlan newton_schulz;
  // AdamW's.
  float adam_rate = 0;
  float beta1 = 0;
  float beta2 = 0;
  float epsilon = 0;
};

}  // namespace paceline
