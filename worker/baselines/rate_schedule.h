// How a baseline's learning rate runs over a training.
#pragma once

#include <cstdint>

namespace paceline {

struct RateSchedule {
  double warmup = 0;    // the part of the training in which the rate rises, on a line
  bool cosine = false;  // it falls along half a cosine; else on a line
};

// The factor on the peak rate in update `iteration` (from 0) of `steps`: (i + 1)/w in the first
// w = ⌈warmup·steps⌉ updates, then from 1 down; 0 would come one update after the last.
double RateFactor(const RateSchedule& schedule, int64_t iteration, int64_t steps);

}  // namespace paceline
