// What is drawn when a block's episode begins: its length and its task.
#pragma once

#include <cstdint>

#include "common/estimator/length_bounds.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// T of the episode that `block` begins at outer step `step`, in inner steps: drawn, rounded up to a
// multiple of the window (of 10 for full ES), and at step 0, unless with full ES, cut.
// For log-uniform lengths ⌊exp(U(ln min, ln max))⌋ by PortableLog and PortableExp; with a
// curriculum min and max are those of `step`.
int64_t EpisodeLength(const v1::JobConfig& config, uint32_t block, int64_t step);

// Index into config.tasks(), drawn by weight.
int EpisodeTask(const v1::JobConfig& config, uint32_t block, int64_t step);

}  // namespace paceline
