// Sizes of the history of the training loss and of the features of progress, as HyperV2 sees them.
#pragma once

#include "common/lopt/plan/plan_sizes.h"

namespace paceline {

inline constexpr uint32_t kLossAverages = 10;
inline constexpr uint32_t kLossFeatures = 9;
inline constexpr uint32_t kProgressFeatures = 9;
// Floats of state: averages, minima.
inline constexpr uint32_t kLossHistoryState = 2 * kLossAverages * kFloatsOfDouble;
// Floats of scratch: decays and corrections, then corrected averages and minima.
inline constexpr uint32_t kLossHistoryScratch = 4 * kLossAverages * kFloatsOfDouble;

}  // namespace paceline
