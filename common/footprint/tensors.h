// Sizes that follow from a config alone: a task's parameters, and the optimizer state that goes
// with them. No data is read.
#pragma once

#include <cstddef>

#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

// Parameters of the task.
size_t ParameterCount(const v1::Task& task);

// Floats of optimizer state for one run, as all tiers keep it.
size_t StateFloats(const v1::LearnedOptimizer& optimizer, const v1::Task& task);

}  // namespace paceline
