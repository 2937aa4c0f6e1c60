#include <chrono>

#include "tests/gpu/checks.h"
#include "worker/cuda/call.h"

namespace paceline {

cudaError_t LaunchFusedMultiplyAdds(cudaStream_t stream, int multiprocessors, float* out,
                                    double* count);

absl::StatusOr<double> PeakGflops(const cuda::Device& device) {
  auto stream = cuda::Stream::Create(device);
  if (!stream.ok()) return stream.status();
  auto out = cuda::Array<float>::Allocate(device, 1);
  if (!out.ok()) return out.status();
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    double count = 0;
    const auto begin = std::chrono::steady_clock::now();
    absl::Status status = cuda::Checked(
        "launch of FusedMultiplyAdds",
        LaunchFusedMultiplyAdds(stream->raw(), device.info().multiprocessors, out->data(), &count));
    if (status.ok()) status = stream->Wait();
    if (!status.ok()) return status;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best = std::max(best, 2e-9 * count / seconds.count());
  }
  return best;
}

}  // namespace paceline
