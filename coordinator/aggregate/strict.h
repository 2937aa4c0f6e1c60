// Strict aggregation: an outer step is closed with the answers of all blocks, whoever gave them and
// however long it takes, so that θ depends on nothing else.
#pragma once

#include "coordinator/aggregate/step.h"

namespace paceline {

// Asks for every block that is neither answered nor asked of anybody.
StepDecision DecideStrict(const StepSnapshot& snapshot);

}  // namespace paceline
