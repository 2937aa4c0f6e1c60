#include "worker/cuda/launches.h"
#include "worker/cuda/team.cuh"
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

template <class Plan>
cudaError_t Launch(cudaStream_t stream, const WindowTask& task, const Plan& plan,
                   const WindowLayout& layout, const WindowRun* runs, int run_count, int64_t steps,
                   int threads) {
  const size_t shared_bytes = layout.shared_floats * sizeof(float);
  const cudaError_t error = cudaFuncSetAttribute(
      WindowKernel<Plan>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes));
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
