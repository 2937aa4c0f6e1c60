// The torch tier on a GPU.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "worker/cuda/device.h"
#include "worker/engine/inner_runs.h"

namespace paceline {

// Gradients of all runs together by LibTorch's autograd, then the fused optimizer's kernel, each
// step a replay of one CUDA graph. `task` outlives the runs. InvalidArgument if LibTorch knows no
// such task here, Unavailable if it is not there for GPUs, else errors of the device.
absl::StatusOr<std::unique_ptr<InnerRuns>> MakeTorchCudaRuns(
    const v1::LearnedOptimizer& optimizer, const v1::Task& task_config, const Task& task, int runs,
    std::shared_ptr<const cuda::Device> device);

}  // namespace paceline
