#include "worker/cuda/launches.h"
#include "worker/cuda/team.cuh"
#include "worker/cuda/window_tuning.h"
#include "worker/kernels/window_kernel.h"
#include "worker/optim/adafac_mlp_kernel.h"
#include "worker/optim/hand_designed_kernel.h"
#include "worker/optim/mlp_lopt_kernel.h"

namespace paceline::cuda {
namespace {

constexpr int kMostThreads = 256;

template <class Plan>
__global__ void __launch_bounds__(kMostThreads)
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
  *threads = kWarp * (warps < 1 ? 1 : warps > kMostThreads / kWarp ? kMostThreads / kWarp : warps);
  return cudaSuccess;
}

template <class Plan>
cudaError_t Launch(cudaStream_t stream, const WindowTask& task, const Plan& plan,
                   const WindowLayout& layout, const WindowRun* runs, int run_count, int64_t steps,
                   const WindowTuning& tuning) {
  const size_t shared_bytes = layout.shared_floats * sizeof(float);
  cudaError_t error =
      cudaFuncSetAttribute(WindowKernel<Plan>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                           static_cast<int>(shared_bytes));
  // Shared memory and L1 are one store: the former gets all of it only where it is used.
  constexpr size_t kWorthwhile = 16 * 1024;
  if (error == cudaSuccess) {
    error = cudaFuncSetAttribute(WindowKernel<Plan>, cudaFuncAttributePreferredSharedMemoryCarveout,
                                 shared_bytes > kWorthwhile ? cudaSharedmemCarveoutMaxShared
                                                            : cudaSharedmemCarveoutDefault);
  }
  int threads = 0;
  if (error == cudaSuccess) error = ThreadsFor<Plan>(tuning, &threads);
  if (error != cudaSuccess) return error;
  WindowKernel<Plan>
      <<<run_count, threads, shared_bytes, stream>>>(task, plan, layout, runs, steps);
  return cudaGetLastError();
}

template <class... Plans>
constexpr LaunchTable<WindowLaunch, Plans...> Make(const LaunchTable<WindowLaunch, Plans...>*) {
  return {{Launch<Plans>}...};
}

}  // namespace

const WindowLaunches& Windows() {
  static constexpr WindowLaunches kLaunches = Make(static_cast<const WindowLaunches*>(nullptr));
  return kLaunches;
}

}  // namespace paceline::cuda
