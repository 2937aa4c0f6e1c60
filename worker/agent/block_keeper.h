// Blocks' states on their way to and from snapshots.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "worker/agent/held_job.h"
#include "worker/agent/theta_cache.h"
#include "worker/agent/work_queue.h"
#include "worker/snapshot/snapshot_folder.h"

namespace paceline {

// Thread-safe, for blocks that are in the calling thread's hands. Whatever fails here is logged:
// the block is then re-made by replay.
class BlockKeeper {
 public:
  // `every`: windows between two snapshots of a block, at least 1. `clock` outlives this.
  BlockKeeper(std::string folder, int64_t every, const Clock& clock = Clock::Real())
      : folder_(std::move(folder)), every_(every), clock_(clock) {}

  // The block takes on the newest state in the folder from which it gets to the request's window
  // with less to run again than from its own, if there is one; a state is of this history if the θ
  // of its last window is.
  void Advance(const WindowRequest& request, HeldJob& job, JobEngine& engine, HeldBlock& block,
               const FetchThetas& fetch);
  // Between two windows: saves the block if its snapshot is due.
  void SaveIfDue(HeldJob& job, uint32_t block);
  // Saves the block unless nobody would be spared anything.
  void Save(HeldJob& job, uint32_t block);
  // The job is over.
  void Remove(const HeldJob& job);

 private:
  void Write(HeldJob& job, uint32_t number, HeldBlock& block);
  // False if the snapshot is of no use.
  bool Take(const SnapshotJob& from, const SnapshotName& name, JobEngine& engine, HeldBlock& block);

  SnapshotFolder folder_;
  const int64_t every_;
  const Clock& clock_;
};

}  // namespace paceline
