// Which checkpoints of a job are kept: the newest, where restarts begin; of the older ones as few
// as let any θ be replayed within a bounded number of outer steps; and those that are marked.
#pragma once

#include <cstdint>
#include <vector>

#include "coordinator/store/store.h"

namespace paceline {

struct RetentionPolicy {
  int64_t newest = 20;
  // Between the older ones that are kept (θ_0 counts as one) lie at most so many outer steps, as
  // far as there is a checkpoint to keep.
  int64_t spacing_steps = 1000;
};

// Of a job that writes one every so many outer steps: as far apart as the newest ones reach back.
RetentionPolicy RetentionOf(int64_t newest, int64_t checkpoint_every);

// The steps of those that are to go. Rows in any order, each step once. Of what is left nothing
// more goes until a newer one comes.
std::vector<int64_t> CheckpointsToRemove(std::vector<CheckpointRow> rows,
                                         const RetentionPolicy& policy);

}  // namespace paceline
