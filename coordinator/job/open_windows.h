// Which window of every block is asked for, or was answered last while the block waits for the next
// θ. Of a strict job and one with a quorum they are all of the outer step at hand.
#pragma once

#include <cstdint>
#include <vector>

#include "common/estimator/episodes.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

// Not thread-safe.
class OpenWindows {
 public:
  // All at outer step 0. `config` outlives the object.
  OpenWindows(const v1::JobConfig& config, uint32_t blocks) {
    cursors_.reserve(blocks);
    for (uint32_t block = 0; block < blocks; ++block) cursors_.emplace_back(config, block);
  }

  uint32_t blocks() const { return static_cast<uint32_t>(cursors_.size()); }
  const BlockWindow& of(uint32_t block) const { return cursors_[block].window(); }
  // To the window of that outer step.
  void Move(uint32_t block, int64_t step) { cursors_[block].Seek(step); }

 private:
  std::vector<EpisodeCursor> cursors_;
};

}  // namespace paceline
