// Rows of a table as a network's inputs.
#pragma once

#include "absl/status/statusor.h"
#include "common/network/network.h"
#include "worker/data/dataset.h"
#include "worker/task/network/split_arrays.h"

namespace paceline {

// Inputs are features [example, feature], and labels or targets [example], in any order. As
// LoadTaskData.
absl::StatusOr<TaskData> LoadTableArrays(const v1::Table& use, const Network& network,
                                         DataStore& store);

}  // namespace paceline
