// Signs that a job, though it runs or has run to its end, is of no use: a pure function of what its
// outer steps were like. θ that is no longer finite is not among them, as it ends the job.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/job/step_history.h"

namespace paceline {

enum class FindingKind {
  kAllDiverge,  // every particle of every one of the newest steps
  kNoGradient,  // it is exactly 0 though the objective is seen
  kPlateau,     // the loss stands still for all particles alike, little below where it began
  kCollapsed,   // it had fallen, and is back
  kNoLoss,      // the job is over and no episode has ended
  kNotFalling,  // the job is over and the outer loss is no less than at first
};

struct Finding {
  FindingKind kind{};
  std::string text;  // for people: a sentence without a full stop
};

// The one that explains most; none of a job that goes well. `done`: no outer step is to come.
std::optional<Finding> FindingOf(const StepHistory& history, uint32_t particles, bool done);

}  // namespace paceline
