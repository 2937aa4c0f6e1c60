// The kernels of one family of optimizers and their launches, for the file of that family:
//
//   #include "worker/cuda/family.cuh"
//   #include "worker/optim/linear/kernel.h"
//   PACELINE_CUDA_FAMILY(LinearPlan)
#pragma once

#include "worker/cuda/launches.h"
#include "worker/cuda/team.cuh"
#include "worker/kernels/window_kernel.h"

namespace paceline::cuda {
namespace {

constexpr int kUpdateThreads = 256;

template <class Plan>
__global__ void __launch_bounds__(kUpdateThreads)
    PrepareKernel(const __grid_constant__ Plan plan, const __grid_constant__ UpdateArrays arrays,
                  const int32_t* begins) {
  PrepareRun<lane::Scalar>(plan, arrays, begins, blockIdx.x, BlockTeam());
}

template <class Plan>
__global__ void __launch_bounds__(kUpdateThreads)
    UpdateKernel(const __grid_constant__ Plan plan, const __grid_constant__ UpdateArrays arrays,
                 bool in_shared) {
  extern __shared__ __align__(128) float shared[];
  UpdateRun<lane::Scalar>(plan, arrays, blockIdx.x, in_shared ? shared : nullptr, BlockTeam());
}

template <class Plan>
cudaError_t LaunchPrepare(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays,
                          const int32_t* begins, int run_count) {
  PrepareKernel<Plan><<<run_count, kUpdateThreads, 0, stream>>>(plan, arrays, begins);
  return cudaGetLastError();
}

template <class Plan>
cudaError_t LaunchUpdate(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays,
                         int run_count, size_t most_shared_bytes) {
  size_t bytes = plan.prepared_size * sizeof(float);
  const bool in_shared = bytes <= most_shared_bytes;
  if (!in_shared) bytes = 0;
  const cudaError_t error = cudaFuncSetAttribute(
      UpdateKernel<Plan>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
  if (error != cudaSuccess) return error;
  UpdateKernel<Plan><<<run_count, kUpdateThreads, bytes, stream>>>(plan, arrays, in_shared);
  return cudaGetLastError();
}

constexpr int kMostWindowThreads = 256;

template <class Plan>
__global__ void __launch_bounds__(kMostWindowThreads)
    WindowKernel(const __grid_constant__ WindowTask task, const __grid_constant__ Plan plan,
                 const __grid_constant__ WindowLayout layout, const WindowRun* runs,
                 int64_t steps) {
  extern __shared__ __align__(128) float shared[];
  const BlockTeam team;
  const WindowRun& run = runs[blockIdx.x];
  Window<lane::Scalar, Plan, BlockTeam>(task, plan, layout, run, shared, team).Run(steps);
}

// Whole warps, so many that the blocks that are to share a multiprocessor find registers there.
template <class Plan>
cudaError_t ThreadsFor(const WindowTuning& tuning, int* threads) {
  *threads = tuning.threads;
  if (tuning.threads > 0) return cudaSuccess;
  cudaFuncAttributes attributes;
  const cudaError_t error = cudaFuncGetAttributes(&attributes, WindowKernel<Plan>);
  if (error != cudaSuccess) return error;
  constexpr int kRegisters = 65536, kWarp = 32;  // of a multiprocessor, since compute capability 5
  const int registers = (attributes.numRegs + 7) / 8 * 8 * tuning.blocks_per_multiprocessor;
  const int warps = kRegisters / (registers * kWarp);
  *threads = kWarp * (warps < 1                            ? 1
                      : warps > kMostWindowThreads / kWarp ? kMostWindowThreads / kWarp
                                                           : warps);
  return cudaSuccess;
}

template <class Plan>
cudaError_t LaunchWindowKernel(cudaStream_t stream, const WindowTask& task, const Plan& plan,
                               const WindowLayout& layout, const WindowRun* runs, int run_count,
                               int64_t steps, const WindowTuning& tuning) {
  const size_t shared_bytes = layout.shared_floats * sizeof(float);
  cudaError_t error =
      cudaFuncSetAttribute(WindowKernel<Plan>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                           static_cast<int>(shared_bytes));
  // Shared memory and L1 are one store: the former gets all of it only where it is used.
  constexpr size_t kWorthwhile = 16 * 1024;
  if (error == cudaSuccess) {
    error = cudaFuncSetAttribute(
        WindowKernel<Plan>, cudaFuncAttributePreferredSharedMemoryCarveout,
        shared_bytes > kWorthwhile ? cudaSharedmemCarveoutMaxShared : cudaSharedmemCarveoutDefault);
  }
  int threads = 0;
  if (error == cudaSuccess) error = ThreadsFor<Plan>(tuning, &threads);
  if (error != cudaSuccess) return error;
  WindowKernel<Plan><<<run_count, threads, shared_bytes, stream>>>(task, plan, layout, runs, steps);
  return cudaGetLastError();
}

}  // namespace
}  // namespace paceline::cuda

#define PACELINE_CUDA_FAMILY(PLAN)                                                               \
  namespace paceline::cuda {                                                                     \
  template <>                                                                                    \
  const FamilyLaunches<PLAN>& LaunchesOf<PLAN>() {                                               \
    static constexpr FamilyLaunches<PLAN> kLaunches = {LaunchWindowKernel<PLAN>,                 \
                                                       LaunchPrepare<PLAN>, LaunchUpdate<PLAN>}; \
    return kLaunches;                                                                            \
  }                                                                                              \
  }
