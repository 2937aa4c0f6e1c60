// What it costs at most to make a block anew whose worker is gone, from the config alone.
#pragma once

#include <cstdint>
#include <string>

#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct ReplayCost {
  int64_t windows = 0;
  uint64_t inner_steps = 0;  // of all runs of the block
};

// `config` is valid (common/config). `snapshot_every`: windows between two snapshots of a block; 0:
// there are none.
ReplayCost WorstReplay(const v1::JobConfig& config, int64_t snapshot_every);

// "a block that moves has up to ... run again": one line for people, no end of line.
std::string ReplayText(const v1::JobConfig& config, int64_t snapshot_every);

}  // namespace paceline
