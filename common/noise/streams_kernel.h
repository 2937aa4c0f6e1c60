// The loops behind streams.h, once per instruction set. Raw pointers, so that the files compiled
// for newer instructions share no inline functions with others.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/noise/philox.h"

#define PACELINE_NOISE_KERNELS(target)                                                        \
  namespace paceline::simd_##target {                                                         \
    void FillWords(const PhiloxPlace& place, uint64_t first, uint32_t* out, size_t count);    \
    void FillIndices(const PhiloxPlace& place, uint64_t first, uint32_t bound, uint32_t* out, \
                     size_t count);                                                           \
    void FillNormals(const PhiloxPlace& place, uint64_t first, float* out, size_t count);     \
    /* out[i] = fma(coefficient, n_{first+i}, in[i]); in and out may be the same. */          \
    void AddScaledNormals(const PhiloxPlace& place, uint64_t first, float coefficient,        \
                          const float* in, float* out, size_t count);                         \
    /* out[i] = fma(scale·sigmas[i], n_i, in[i]) */                                          \
    void AddNormalsByElement(const PhiloxPlace& place, float scale, const float* sigmas,      \
                             const float* in, float* out, size_t count);                      \
  }

PACELINE_NOISE_KERNELS(Scalar)
PACELINE_NOISE_KERNELS(Avx2)
PACELINE_NOISE_KERNELS(Avx512)

#undef PACELINE_NOISE_KERNELS
