// What has come in for one outer step, and what is to be done about it: the words in which ways of
// aggregation (strict.h) are told. They are pure functions of the snapshot.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/roster/roster.h"

namespace paceline {

// The window of one block, asked of one worker.
struct Ask {
  WorkerId worker{};
  uint64_t epoch = 0;  // that the answer must repeat
  SteadyTime since{};
  bool operator==(const Ask&) const = default;
};

struct BlockProgress {
  bool answered = false;
  std::vector<Ask> asks;  // those of this step that may still be answered
};

struct StepSnapshot {
  SteadyTime now{};
  std::vector<BlockProgress> blocks;
};

struct StepDecision {
  enum class Kind {
    kWait,
    kAsk,    // for the windows of `blocks`, of workers that were not asked for them
    kClose,  // the step, with the answers of `blocks`
  };
  Kind kind = Kind::kWait;
  std::vector<uint32_t> blocks;  // in order
  bool operator==(const StepDecision&) const = default;
};

}  // namespace paceline
