// One inner step of all runs as LibTorch operations on tensors that stay where they are: no host
// value, size or address changes from step to step, so that a CUDA graph of one step can be
// replayed for a whole window. What changes (which examples, how many steps) is in device memory.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>
#include <vector>

#include "worker/engine/torch/torch_batches.h"
#include "worker/engine/torch/torch_step_plan.h"

namespace paceline {

// Not thread-safe. Throws what Torch throws.
class TorchStep {
 public:
  // `update` puts the optimizer's update into the device's current stream.
  TorchStep(const TorchStepPlan& plan, const TorchStepArrays& arrays, at::Device device,
            std::function<void()> update);

  // As CapturedStep::Begin.
  void Begin(const StepTables& tables);
  // The next step: batch, losses, gradients, update.
  void Enqueue();
  // Of the steps since Begin: [step, run], on the device.
  at::Tensor losses(int64_t steps) const { return table_.narrow(0, 0, steps); }

 private:
  const TorchLoss loss_;
  const std::function<void()> update_;
  TorchBatches batches_;
  std::vector<at::Tensor> leaves_, gradients_;  // views of the arrays
  at::Tensor losses_;                           // [run], the array
  at::Tensor table_;                            // [step, run]
  at::Tensor counter_;                          // [1]: steps since Begin
};

}  // namespace paceline
