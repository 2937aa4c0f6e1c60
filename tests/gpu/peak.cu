#include <cuda_runtime.h>

namespace paceline {
namespace {

constexpr int kIndependent = 8, kRounds = 20000, kThreads = 256;

__global__ void FusedMultiplyAdds(float a, float b, float* out) {
  float sums[kIndependent];
#pragma unroll
  for (int i = 0; i < kIndependent; ++i) sums[i] = 0.001f * i + threadIdx.x;
#pragma unroll 16
  for (int round = 0; round < kRounds; ++round) {
#pragma unroll
    for (int i = 0; i < kIndependent; ++i) sums[i] = fmaf(sums[i], a, b);
  }
  float total = 0;
#pragma unroll
  for (int i = 0; i < kIndependent; ++i) total += sums[i];
  if (total == 1.2345f) *out = total;  // keeps the sums alive
}

}  // namespace

// Fused multiply-adds done by one launch.
cudaError_t LaunchFusedMultiplyAdds(cudaStream_t stream, int multiprocessors, float* out,
                                    double* count) {
  const int blocks = 8 * multiprocessors;
  *count = double(blocks) * kThreads * kIndependent * kRounds;
  FusedMultiplyAdds<<<blocks, kThreads, 0, stream>>>(0.9999f, 0.0001f, out);
  return cudaGetLastError();
}

}  // namespace paceline
