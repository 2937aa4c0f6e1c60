// The batches of R runs where LibTorch computes: the arrays of the data set stay on the device, a
// table says which rows each step draws, and what an episode drew lies beside it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "worker/task/torch/torch_loss.h"
#include "worker/task/torch_program.h"

namespace paceline {

// Not thread-safe. Throws what Torch throws.
class TorchBatches {
 public:
  // The arrays are on a device once for all runs of one data set; on the processor they are the
  // task's own, which outlives this.
  TorchBatches(const TorchProgram& program, int64_t runs, int64_t max_steps, at::Device device);

  // Of the next steps, at most max_steps.
  void Begin(const StepTables& tables);
  // Of step number `step` [1] (int64, on the device) since Begin. No host value changes from step
  // to step, so that a CUDA graph of one step can be replayed.
  TorchBatch At(const at::Tensor& step) const;

 private:
  const int64_t runs_, batch_;
  std::shared_ptr<const std::vector<at::Tensor>> arrays_;  // [row, shape...]
  at::Tensor rows_;                                        // [step, run · batch]
  at::Tensor draws_;                                       // [step, run · step float]
  at::Tensor episode_;                                     // [run, episode float]
};

}  // namespace paceline
