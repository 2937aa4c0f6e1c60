// Windows of a text as rows of a language model's inputs.
#pragma once

#include "absl/status/statusor.h"
#include "common/network/network.h"
#include "worker/data/dataset.h"
#include "worker/task/network/split_arrays.h"

namespace paceline {

// The network has two inputs of tokens [example, length]: row r of the first is tokens r to
// r + length − 1, of the second those that follow them. Evaluation takes windows that do not
// overlap. As LoadTaskData.
absl::StatusOr<TaskData> LoadTextArrays(const v1::Text& use, const Network& network,
                                        DataStore& store);

}  // namespace paceline
