// The threads of a CUDA block, and of a grid whose blocks have nothing to say to each other, as
// common/lane/team.h wants them.
#pragma once

#include <cstddef>

namespace paceline::cuda {

struct BlockTeam {
  static constexpr bool kSolo = false;
  __device__ __forceinline__ size_t rank() const { return threadIdx.x; }
  __device__ __forceinline__ size_t size() const { return blockDim.x; }
  __device__ __forceinline__ void Sync() const { __syncthreads(); }
};

// For bodies of one phase: it cannot Sync.
struct GridTeam {
  static constexpr bool kSolo = false;
  __device__ __forceinline__ size_t rank() const {
    return blockIdx.x * size_t{blockDim.x} + threadIdx.x;
  }
  __device__ __forceinline__ size_t size() const { return gridDim.x * size_t{blockDim.x}; }
};

}  // namespace paceline::cuda
