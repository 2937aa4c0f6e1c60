// Strict aggregation: an outer step is closed with the answers of all blocks, whoever gave them and
// however long it takes, so that θ depends on nothing else.
#pragma once

#include "coordinator/aggregate/step.h"

namespace paceline {

// Closes when every block has answered.
StepDecision DecideStrict(const StepSnapshot& snapshot);

}  // namespace paceline
