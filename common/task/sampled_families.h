// One draw of each family that google/learned_optimization samples, with its distributions. Where
// that library's networks do not follow its own draws (the cell of a recurrent language model, the
// stride of a residual network's stem), these do.
#pragma once

#include "common/task/task_draws.h"
#include "paceline/v1/sample.pb.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// A task of a sample with a family; without a kind if it has none.
v1::Task DrawFamily(const v1::Sample& sample, TaskDraws draws);

}  // namespace paceline
