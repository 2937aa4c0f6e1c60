// What noise.cu offers to noise.cc; nvcc sees no abseil.
#pragma once

#include <cuda_runtime.h>

#include "common/noise/team_noise.h"

namespace paceline::cuda {

cudaError_t LaunchFillNormals(cudaStream_t stream, const PhiloxPlace& place, uint64_t first,
                              float* out, size_t count);
cudaError_t LaunchAddScaledNormals(cudaStream_t stream, const PhiloxPlace& place, uint64_t first,
                                   float coefficient, const float* in, float* out, size_t count);
cudaError_t LaunchAddNoiseTerms(cudaStream_t stream, const NoiseTerm* terms, size_t term_count,
                                uint64_t first, float* sum, size_t count);

}  // namespace paceline::cuda
