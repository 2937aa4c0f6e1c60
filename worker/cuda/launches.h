// The launches of a family of optimizers, as its file in worker/cuda/families offers them; nvcc
// sees no abseil.
#pragma once

#include <cuda_runtime.h>

#include "worker/cuda/window_tuning.h"
#include "worker/kernels/update_kernel.h"
#include "worker/kernels/window_plan.h"

namespace paceline::cuda {

// A block for every run. Plans point to tensors on the device.
template <class Plan>
struct FamilyLaunches {
  cudaError_t (*window)(cudaStream_t stream, const WindowTask& task, const Plan& plan,
                        const WindowLayout& layout, const WindowRun* runs, int run_count,
                        int64_t steps, const WindowTuning& tuning);
  cudaError_t (*prepare)(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays,
                         const int32_t* begins, int run_count);
  cudaError_t (*update)(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays,
                        int run_count, size_t most_shared_bytes);
};

// Of the family with this plan; its instance is in worker/cuda/families.
template <class Plan>
const FamilyLaunches<Plan>& LaunchesOf();

}  // namespace paceline::cuda
