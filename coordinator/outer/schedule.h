// The factor on the outer learning rate.
#pragma once

#include <cstdint>

#include "paceline/v1/outer.pb.h"

namespace paceline {

// Updates of θ in the whole job: an outer step each, or every config.accumulate() of them.
int64_t UpdatesOf(const v1::Outer& config);

// For update number `step`, from 0 to UpdatesOf(config) − 1; the same bits on every machine.
// Cosine: step / warmup_steps during the warm-up, then from 1 at step warmup_steps to final_factor
// at the last; where that is 0, or at step 0 of a warm-up, an update changes nothing.
double ScheduleFactor(const v1::Outer& config, int64_t step);

}  // namespace paceline
