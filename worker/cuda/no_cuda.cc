// The interface of worker/cuda in a build without nvcc.
#include "worker/cuda/device.h"
#include "worker/cuda/noise.h"
#include "worker/cuda/optimizer.h"
#include "worker/cuda/window.h"

namespace paceline::cuda {
namespace {

absl::Status NoCuda() {
  return absl::UnimplementedError("this build has no CUDA: nvcc was not found when it was made");
}

}  // namespace

bool IsBuilt() { return false; }
absl::StatusOr<std::vector<DeviceInfo>> ListDevices() { return NoCuda(); }
absl::StatusOr<std::shared_ptr<const Device>> Device::Open(int) { return NoCuda(); }
absl::Status Device::Use() const { return NoCuda(); }
absl::StatusOr<MemoryInfo> Device::Memory() const { return NoCuda(); }
absl::StatusOr<Stream> Stream::Create(const Device&) { return NoCuda(); }
Stream::~Stream() = default;
absl::Status Stream::Wait() const { return NoCuda(); }
absl::StatusOr<Bytes> Bytes::Allocate(const Device&, size_t) { return NoCuda(); }
Bytes::~Bytes() = default;
absl::Status Bytes::Upload(const Stream&, size_t, const void*, size_t) const { return NoCuda(); }
absl::Status Bytes::Download(const Stream&, size_t, void*, size_t) const { return NoCuda(); }
absl::Status Bytes::CopyWithin(const Stream&, size_t, size_t, size_t) const { return NoCuda(); }
absl::Status FillNormals(const Stream&, const PhiloxPlace&, uint64_t, float*, size_t) {
  return NoCuda();
}
absl::Status AddScaledNormals(const Stream&, const PhiloxPlace&, uint64_t, float, const float*,
                              float*, size_t) {
  return NoCuda();
}
absl::Status AddNoiseTerms(const Stream&, const NoiseTerm*, size_t, uint64_t, float*, size_t) {
  return NoCuda();
}

absl::StatusOr<std::unique_ptr<Optimizer>> MakeOptimizer(const Device&, const v1::LearnedOptimizer&,
                                                         const std::vector<ParameterTensor>&) {
  return NoCuda();
}

template <class Plan>
absl::Status LaunchWindow(const Stream&, const WindowTask&, const Plan&, const WindowLayout&,
                          const WindowRun*, int, int64_t, const WindowTuning&) {
  return NoCuda();
}

}  // namespace paceline::cuda

#include "worker/cuda/window_instances.h"
