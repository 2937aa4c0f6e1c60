// How sums over elements are cut up (worker/optim/parts/element_sums.h), and the scratch they want.
#pragma once

#include "common/lopt/plan/tensor_plan.h"

namespace paceline {

inline constexpr uint32_t kChunk = 128;
// Chunks that a team sums at the same time, at most.
inline constexpr uint32_t kWave = 16;

// Floats of scratch that SumElements wants.
constexpr size_t SumScratch(size_t sums) { return sums * (kWave + 1) * kLaneGroup; }

}  // namespace paceline
