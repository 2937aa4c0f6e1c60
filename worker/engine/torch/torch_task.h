// A task on R inner runs together: batches by the runs' own counters, gradients by autograd.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "paceline/v1/task.pb.h"
#include "worker/engine/torch/torch_losses.h"
#include "worker/task/task.h"

namespace paceline {

// The training batches of R runs, in the host's memory. Made for a window and dropped after it, so
// that a block that waits holds nothing but its state.
class TorchBatch {
 public:
  virtual ~TorchBatch() = default;
  // Of inner steps [run].
  virtual void Fill(std::span<const int64_t> steps) = 0;
  // As TorchLoss; in the parameters' type.
  virtual at::Tensor Losses(const std::vector<at::Tensor>& parameters) const = 0;
};

// `task` was made from `config` and outlives the result. InvalidArgument if this tier does not know
// the kind.
absl::StatusOr<std::unique_ptr<TorchBatch>> MakeTorchBatch(const v1::Task& config, const Task& task,
                                                           std::span<const RunSeed> seeds);

}  // namespace paceline
