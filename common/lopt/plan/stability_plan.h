// What may be done to gradients before, and to steps behind, any per-parameter rule.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

// Each element to ± `element`, or all tensors' gradients together down to the Euclidean norm
// `norm`; 0: not.
struct GradientClip {
  float element = 0;
  float norm = 0;
  size_t parameters = 0;
  uint32_t clipped = 0;  // scratch [padded parameters]
  uint32_t sums = 0;     // scratch, as SumElements wants it for one sum; and one float
};

// step ← size·step/(rms of step over its tensor + epsilon); size 0: the step stays as it is.
struct StepSize {
  float size = 0;
  float epsilon = 0;
  uint32_t step = 0;  // scratch [padded]: minus the step
  uint32_t sums = 0;  // scratch, as SumElements wants it for one sum; and one float
};

}  // namespace paceline
