// What has come in for one outer step, and whether it is over: the words in which ways of
// aggregation (strict.h) are told. They are pure functions of the snapshot.
#pragma once

#include <cstdint>

#include "common/base/clock.h"

namespace paceline {

struct StepSnapshot {
  SteadyTime now{};
  SteadyTime began{};     // when its windows were asked for
  uint32_t blocks = 0;    // of the job
  uint32_t answered = 0;  // of these
  uint32_t checks = 0;    // answers that a second or third worker is just computing too
};

struct StepDecision {
  enum class Kind {
    kWait,   // for answers
    kClose,  // the step, with the answers that are there
  };
  Kind kind = Kind::kWait;
  bool operator==(const StepDecision&) const = default;
};

}  // namespace paceline
