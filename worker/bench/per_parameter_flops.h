// The arithmetic of the per-parameter optimizers, for worker/bench/flops.h, which says what counts.
#pragma once

#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// Of one step; 0 for other optimizers. What makes curvature estimates is not counted.
double PerParameterFlops(const v1::LearnedOptimizer& optimizer, const v1::Task& task);
// Values kept for each parameter beside itself and its gradient; rows and columns do not count.
double PerParameterValues(const v1::LearnedOptimizer& optimizer, const v1::Task& task);

}  // namespace paceline
