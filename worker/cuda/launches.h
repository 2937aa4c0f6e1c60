// The launches of every family of optimizers, as window.cu and update.cu offer them; nvcc sees no
// abseil. The families are those of worker/optim/kernels.h: nothing here names one.
#pragma once

#include <cuda_runtime.h>

#include "worker/cuda/window_tuning.h"
#include "worker/kernels/update_kernel.h"
#include "worker/kernels/window_plan.h"
#include "worker/optim/kernels.h"

namespace paceline::cuda {

// A block for every run. Plans point to tensors on the device.
template <class Plan>
struct WindowLaunch {
  cudaError_t (*run)(cudaStream_t stream, const WindowTask& task, const Plan& plan,
                     const WindowLayout& layout, const WindowRun* runs, int run_count,
                     int64_t steps, const WindowTuning& tuning);
};
template <class Plan>
struct UpdateLaunch {
  cudaError_t (*prepare)(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays,
                         const int32_t* begins, int run_count);
  cudaError_t (*update)(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays,
                        int run_count, size_t most_shared_bytes);
};

template <template <class> class Launch, class... Plans>
struct LaunchTable : Launch<Plans>... {
  template <class Plan>
  const Launch<Plan>& of() const {
    return *this;
  }
};
template <template <class> class Launch, class... Plans>
LaunchTable<Launch, Plans...> TableOf(const PlanList<Plans...>*);

using WindowLaunches = decltype(TableOf<WindowLaunch>(static_cast<const OptimPlans*>(nullptr)));
using UpdateLaunches = decltype(TableOf<UpdateLaunch>(static_cast<const OptimPlans*>(nullptr)));

const WindowLaunches& Windows();
const UpdateLaunches& Updates();

}  // namespace paceline::cuda
