#include "worker/cuda/noise.h"

#include "worker/cuda/call.h"
#include "worker/cuda/noise_launch.h"

namespace paceline::cuda {

absl::Status FillNormals(const Stream& stream, const PhiloxPlace& place, uint64_t first, float* out,
                         size_t count) {
  return Checked("launch of FillNormals",
                 LaunchFillNormals(stream.raw(), place, first, out, count));
}

absl::Status AddScaledNormals(const Stream& stream, const PhiloxPlace& place, uint64_t first,
                              float coefficient, const float* in, float* out, size_t count) {
  return Checked("launch of AddScaledNormals",
                 LaunchAddScaledNormals(stream.raw(), place, first, coefficient, in, out, count));
}

absl::Status AddNoiseTerms(const Stream& stream, const NoiseTerm* terms, size_t term_count,
                           uint64_t first, float* sum, size_t count) {
  return Checked("launch of AddNoiseTerms",
                 LaunchAddNoiseTerms(stream.raw(), terms, term_count, first, sum, count));
}

}  // namespace paceline::cuda
