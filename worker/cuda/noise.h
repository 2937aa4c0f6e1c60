// Noise on a CUDA device: the bits of common/noise/streams.h. Pointers are to device memory; every
// call is put into the stream and returns.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "common/noise/team_noise.h"
#include "worker/cuda/device.h"

namespace paceline::cuda {

// out[k] = n_{first+k}
absl::Status FillNormals(const Stream& stream, const PhiloxPlace& place, uint64_t first, float* out,
                         size_t count);
// out[k] = fma(coefficient, n_{first+k}, in[k])
absl::Status AddScaledNormals(const Stream& stream, const PhiloxPlace& place, uint64_t first,
                              float coefficient, const float* in, float* out, size_t count);
// sum[k] += Σ_t c_t·n_{t, first+k} in the terms' order; `first` is a multiple of 4.
absl::Status AddNoiseTerms(const Stream& stream, const NoiseTerm* terms, size_t term_count,
                           uint64_t first, float* sum, size_t count);

}  // namespace paceline::cuda
