// What has come in for one outer step, and whether it is over: the words in which ways of
// aggregation are told. They are pure functions of the snapshot.
#pragma once

#include <cstdint>

#include "common/base/clock.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct StepSnapshot {
  SteadyTime now{};
  SteadyTime began{};          // when its windows were asked for
  uint32_t blocks = 0;         // of the job
  uint32_t answered = 0;       // answers that would count: none that is being checked
  uint32_t indispensable = 0;  // blocks without which it is not to be closed (quorum.h, async.h)
};

struct StepDecision {
  enum class Kind {
    kWait,   // for answers
    kClose,  // the step, with the answers that are there
  };
  Kind kind = Kind::kWait;
  bool operator==(const StepDecision&) const = default;
};

// By the config's way.
StepDecision Decide(const v1::JobConfig& config, const StepSnapshot& snapshot);

}  // namespace paceline
