// The tasks' losses in LibTorch operations, for many runs together, on any device: one text for the
// torch tier of processor and GPU and for back-propagation through unrolls.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "paceline/v1/task.pb.h"

namespace paceline {

// What the runs drew: of each array of the task's TorchProgram the rows, labels as int64.
struct TorchBatch {
  std::vector<at::Tensor> arrays;  // [run, batch, shape...]
  at::Tensor episode;              // [run, episode float]
  at::Tensor draws;                // [run, step float]
};

// Parameters [run, shape...], in the order of Task::parameters() → losses [run], in the parameters'
// type; a run's loss depends on its own row of each parameter alone. Not thread-safe: it may keep
// constants from call to call.
using TorchLoss =
    std::function<at::Tensor(const std::vector<at::Tensor>& parameters, const TorchBatch& batch)>;

// Null for a task that LibTorch does not run. `config` is valid.
TorchLoss MakeTorchLoss(const v1::Task& config);

}  // namespace paceline
