// Asynchronous aggregation with bounded staleness (stale synchronous parallel; Ho et al. 2013): an
// outer step is closed with the next K answers, of this outer step's windows or of earlier ones.
//
// Every block answers for every outer step, at most `staleness` of them late: so no block, worker
// or task counts more often than another, however quick it is, and no answer is thrown away. Who is
// slow for a while does not hold the others up; who is slow for good does, once it is as far behind
// as may be, and until its blocks have gone to others (leases).
#pragma once

#include "coordinator/aggregate/step.h"

namespace paceline {

// Closes with K answers if no block is indispensable: its next window, not answered yet, would be
// older than allowed once the step is closed.
StepDecision DecideAsync(const v1::Async& rule, const StepSnapshot& snapshot);
// Whether a block whose next window is of outer step `window` is, at outer step `step`.
bool IsIndispensable(const v1::Async& rule, int64_t window, int64_t step);

}  // namespace paceline
