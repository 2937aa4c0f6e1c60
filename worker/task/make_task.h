// From a task's config to the task.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "paceline/v1/task.pb.h"
#include "worker/data/dataset.h"
#include "worker/task/task.h"

namespace paceline {

// Reads data sets through `data` (which caches them). Augmentations must be drawn (DrawTask).
// NotFound, DataLoss: a data file is missing, damaged.
absl::StatusOr<std::unique_ptr<Task>> MakeTask(const v1::Task& config, DataStore& data);

}  // namespace paceline
