// Which worker gets which block: a pure function of a snapshot.
//
//  - A block stays with its owner, which holds its inner state.
//  - A block without an owner goes to the worker with the fewest blocks per thread.
//  - Load is evened out where it is free: at the first window of a block's episode, where it
//  carries
//    no state.
//  - A worker without any block takes one from the most loaded worker even in mid-episode, where
//    re-making the block by replay costs less time than waiting for a free move would.
//  - No worker is given more blocks than its memory holds. Blocks that fit nowhere have no owner.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "coordinator/roster/roster.h"

namespace paceline {

struct ScheduleWorker {
  WorkerId id{};
  uint32_t threads = 1;
  // What its memory holds.
  int64_t max_blocks = std::numeric_limits<int64_t>::max();
};

struct ScheduleBlock {
  std::optional<WorkerId> owner;
  // The window at hand has been sent to nobody yet, so that moving the block throws no work away.
  bool open = true;
  // Windows of the episode before the one at hand, and from it on.
  int64_t windows_done = 0;
  int64_t windows_left = 1;
  // A worker that failed on the block: it gets it only if there is no other.
  std::optional<WorkerId> avoid;
};

struct ScheduleSnapshot {
  // Those that may work on the job; ids are distinct.
  std::vector<ScheduleWorker> workers;
  std::vector<ScheduleBlock> blocks;
};

struct BlockMove {
  uint32_t block = 0;
  WorkerId to{};
  bool operator==(const BlockMove&) const = default;
};

// In block order, at most one for a block. Owners that are not among the workers count as gone.
std::vector<BlockMove> PlanMoves(const ScheduleSnapshot& snapshot);

}  // namespace paceline
