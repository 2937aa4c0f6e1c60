#include "worker/cuda/noise_launch.h"
#include "worker/cuda/team.cuh"

namespace paceline::cuda {
namespace {

constexpr int kThreads = 128;
constexpr size_t kMostBlocks = 4096;  // beyond it the threads take several items each

// A block of normals to a thread, and one more for a range that begins within one.
unsigned BlocksFor(size_t count) {
  const size_t blocks = (count / 4 + 2 + kThreads - 1) / kThreads;
  return static_cast<unsigned>(blocks < kMostBlocks ? blocks : kMostBlocks);
}

__global__ void __launch_bounds__(kThreads)
    FillNormalsKernel(PhiloxPlace place, uint64_t first, float* out, size_t count) {
  paceline::FillNormals(place, first, out, count, GridTeam());
}

__global__ void __launch_bounds__(kThreads)
    AddScaledNormalsKernel(PhiloxPlace place, uint64_t first, float coefficient, const float* in,
                           float* out, size_t count) {
  paceline::AddScaledNormals(place, first, coefficient, in, out, count, GridTeam());
}

__global__ void __launch_bounds__(kThreads)
    AddNoiseTermsKernel(const NoiseTerm* terms, size_t term_count, uint64_t first, float* sum,
                        size_t count) {
  paceline::AddNoiseTerms(terms, term_count, first, sum, count, GridTeam());
}

}  // namespace

cudaError_t LaunchFillNormals(cudaStream_t stream, const PhiloxPlace& place, uint64_t first,
                              float* out, size_t count) {
  FillNormalsKernel<<<BlocksFor(count), kThreads, 0, stream>>>(place, first, out, count);
  return cudaGetLastError();
}

cudaError_t LaunchAddScaledNormals(cudaStream_t stream, const PhiloxPlace& place, uint64_t first,
                                   float coefficient, const float* in, float* out, size_t count) {
  AddScaledNormalsKernel<<<BlocksFor(count), kThreads, 0, stream>>>(place, first, coefficient, in,
                                                                    out, count);
  return cudaGetLastError();
}

cudaError_t LaunchAddNoiseTerms(cudaStream_t stream, const NoiseTerm* terms, size_t term_count,
                                uint64_t first, float* sum, size_t count) {
  AddNoiseTermsKernel<<<BlocksFor(count), kThreads, 0, stream>>>(terms, term_count, first, sum,
                                                                 count);
  return cudaGetLastError();
}

}  // namespace paceline::cuda
