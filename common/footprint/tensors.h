// Shapes and sizes that follow from a config alone: a task's tensors, and the optimizer state that
// goes with them. No data is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/task/parts.h"
#include "paceline/v1/optimizer.pb.h"
#include "paceline/v1/task.pb.h"

namespace paceline {

using TensorShape = std::vector<int64_t>;

// In the order of Task::parameters() (worker/task).
std::vector<TensorShape> TensorsOf(const v1::Task& task);
// Parameters of the task.
size_t ParameterCount(const v1::Task& task);

// Floats of optimizer state for one run, as all tiers keep it.
size_t StateFloats(const v1::LearnedOptimizer& optimizer, const v1::Task& task);

}  // namespace paceline
