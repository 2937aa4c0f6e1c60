#include "worker/cuda/launches.h"
#include "worker/cuda/team.cuh"
#include "worker/kernels/update_kernel.h"
#include "worker/optim/all_kernels.h"

namespace paceline::cuda {
namespace {

constexpr int kThreads = 256;

template <class Plan>
__global__ void __launch_bounds__(kThreads)
    PrepareKernel(const __grid_constant__ Plan plan, const __grid_constant__ UpdateArrays arrays,
                  const int32_t* begins) {
  PrepareRun<lane::Scalar>(plan, arrays, begins, blockIdx.x, BlockTeam());
}

template <class Plan>
__global__ void __launch_bounds__(kThreads)
    UpdateKernel(const __grid_constant__ Plan plan, const __grid_constant__ UpdateArrays arrays,
                 bool in_shared) {
  extern __shared__ __align__(128) float shared[];
  UpdateRun<lane::Scalar>(plan, arrays, blockIdx.x, in_shared ? shared : nullptr, BlockTeam());
}

template <class Plan>
cudaError_t Prepare(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays,
                    const int32_t* begins, int run_count) {
  PrepareKernel<Plan><<<run_count, kThreads, 0, stream>>>(plan, arrays, begins);
  return cudaGetLastError();
}

template <class Plan>
cudaError_t Update(cudaStream_t stream, const Plan& plan, const UpdateArrays& arrays, int run_count,
                   size_t most_shared_bytes) {
  size_t bytes = plan.prepared_size * sizeof(float);
  const bool in_shared = bytes <= most_shared_bytes;
  if (!in_shared) bytes = 0;
  const cudaError_t error = cudaFuncSetAttribute(
      UpdateKernel<Plan>, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
  if (error != cudaSuccess) return error;
  UpdateKernel<Plan><<<run_count, kThreads, bytes, stream>>>(plan, arrays, in_shared);
  return cudaGetLastError();
}

template <class... Plans>
constexpr LaunchTable<UpdateLaunch, Plans...> Make(const LaunchTable<UpdateLaunch, Plans...>*) {
  return {{Prepare<Plans>, Update<Plans>}...};
}

}  // namespace

const UpdateLaunches& Updates() {
  static constexpr UpdateLaunches kLaunches = Make(static_cast<const UpdateLaunches*>(nullptr));
  return kLaunches;
}

}  // namespace paceline::cuda
