// How long episodes can be, from the config alone.
#pragma once

#include <cstdint>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Bounds of the lengths of episodes that begin at outer step `step`.
struct LengthBounds {
  int64_t min = 0;
  int64_t max = 0;
};
LengthBounds LengthBoundsAt(const v1::Episode& episode, int64_t step);

// The largest of those bounds over the job's outer steps: its longest episode, before it is rounded
// to windows. 0 for a config that has no lengths.
int64_t LongestEpisode(const v1::JobConfig& config);

}  // namespace paceline
