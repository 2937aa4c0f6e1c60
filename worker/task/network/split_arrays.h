// The arrays that a network's inputs are rows of, for each split of a data set.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/network/network.h"
#include "common/task/data_use.h"
#include "worker/data/dataset.h"
#include "worker/task/task.h"
#include "worker/task/torch_program.h"

namespace paceline {

struct SplitArrays {
  std::vector<TorchArray> arrays;  // [input]
  int64_t rows = 0;
  // Evaluation of a split takes every so many rows: windows of text overlap.
  int64_t stride = 1;
};

struct TaskData {
  std::shared_ptr<const void> owner;  // of what the arrays point to
  SplitArrays train, inner_valid, outer_valid, test;

  const SplitArrays& Of(Split split) const;
};

// Errors as DataStore's; InvalidArgument, too, if a split of a text is shorter than a sequence.
absl::StatusOr<TaskData> LoadTaskData(const DataUse& use, const Network& network, DataStore& data);

}  // namespace paceline
