// The factor on the outer learning rate.
#pragma once

#include <cstdint>

#include "paceline/v1/config.pb.h"

namespace paceline {

// For update number `step`, from 0 to config.steps() − 1; the same bits on every machine. Cosine:
// step / warmup_steps during the warm-up, then from 1 at step warmup_steps to final_factor at the
// last.
double ScheduleFactor(const v1::Outer& config, int64_t step);

}  // namespace paceline
