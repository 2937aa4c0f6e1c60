// The interface of worker/cuda over host memory: launches run the kernels' bodies where they are
// called. So gpu-check, and with it all that surrounds the kernels, runs on a machine without a
// GPU.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include "common/noise/team_noise.h"
#include "tests/testing/emulator/kernels.h"
#include "worker/cuda/noise.h"
#include "worker/cuda/optimizer.h"
#include "worker/cuda/window.h"

namespace paceline::cuda {
namespace {

constexpr size_t kAlignment = 256;
const lane::Solo kSolo;

absl::Status Ok() { return absl::OkStatus(); }

}  // namespace

bool IsBuilt() { return true; }

absl::StatusOr<std::vector<DeviceInfo>> ListDevices() {
  return std::vector<DeviceInfo>{{.name = "emulated",
                                  .major = 9,
                                  .minor = 0,
                                  .memory_bytes = size_t{1} << 32,
                                  .multiprocessors = 4,
                                  .shared_bytes_per_block = 227 * 1024,
                                  .shared_bytes_per_multiprocessor = 228 * 1024,
                                  .reserved_shared_bytes = 1024}};
}
absl::StatusOr<std::shared_ptr<const Device>> Device::Open(int) {
  return std::shared_ptr<const Device>(new Device(ListDevices()->front()));
}
absl::Status Device::Use() const { return Ok(); }
absl::StatusOr<MemoryInfo> Device::Memory() const {
  return MemoryInfo{info_.memory_bytes, info_.memory_bytes};
}

absl::StatusOr<Stream> Stream::Create(const Device&) { return Stream(nullptr); }
Stream::~Stream() = default;
absl::Status Stream::Wait() const { return Ok(); }

// Filled with NaN, as what is not yet written on a device is nothing to rely on.
absl::StatusOr<Bytes> Bytes::Allocate(const Device&, size_t size) {
  if (size == 0) return Bytes();
  void* data = std::aligned_alloc(kAlignment, (size + kAlignment - 1) / kAlignment * kAlignment);
  std::memset(data, 0xff, size);
  return Bytes(data, size);
}
Bytes::~Bytes() { std::free(data_); }
absl::Status Bytes::Upload(const Stream&, size_t offset, const void* from, size_t size) const {
  if (offset + size > size_) return absl::InternalError("an upload beyond the end");
  if (size > 0) std::memcpy(static_cast<char*>(data_) + offset, from, size);
  return Ok();
}
absl::Status Bytes::Download(const Stream&, size_t offset, void* to, size_t size) const {
  if (offset + size > size_) return absl::InternalError("a download beyond the end");
  if (size > 0) std::memcpy(to, static_cast<const char*>(data_) + offset, size);
  return Ok();
}
absl::Status Bytes::CopyWithin(const Stream&, size_t from, size_t to, size_t size) const {
  if (std::max(from, to) + size > size_) return absl::InternalError("a copy beyond the end");
  char* base = static_cast<char*>(data_);
  if (size > 0) std::memmove(base + to, base + from, size);
  return Ok();
}

absl::Status FillNormals(const Stream&, const PhiloxPlace& place, uint64_t first, float* out,
                         size_t count) {
  paceline::FillNormals(place, first, out, count, kSolo);
  return Ok();
}
absl::Status AddScaledNormals(const Stream&, const PhiloxPlace& place, uint64_t first,
                              float coefficient, const float* in, float* out, size_t count) {
  paceline::AddScaledNormals(place, first, coefficient, in, out, count, kSolo);
  return Ok();
}
absl::Status AddNoiseTerms(const Stream&, const NoiseTerm* terms, size_t term_count, uint64_t first,
                           float* sum, size_t count) {
  paceline::AddNoiseTerms(terms, term_count, first, sum, count, kSolo);
  return Ok();
}

namespace {

template <class Plan>
class EmulatedOptimizer : public Optimizer {
 public:
  explicit EmulatedOptimizer(OwnedPlan<Plan> owned) : owned_(std::move(owned)) {}
  OptimizerSizes sizes() const override { return SizesOf(owned_.plan); }
  absl::Status LaunchPrepare(CUstream_st*, const UpdateArrays& arrays, const int32_t* begins,
                             int runs) const override {
    for (int run = 0; run < runs; ++run) {
      EmulatedKernelsOf<Plan, lane::Solo>().prepare(owned_.plan, arrays, begins, run, kSolo);
    }
    return Ok();
  }
  absl::Status LaunchUpdate(CUstream_st*, const UpdateArrays& arrays, int runs) const override {
    for (int run = 0; run < runs; ++run) {
      EmulatedKernelsOf<Plan, lane::Solo>().update(owned_.plan, arrays, run, nullptr, kSolo);
    }
    return Ok();
  }

 private:
  const OwnedPlan<Plan> owned_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Optimizer>> MakeOptimizer(
    const Device&, const v1::LearnedOptimizer& config,
    const std::vector<ParameterTensor>& tensors) {
  return VisitPlan(config, tensors, [](auto owned) -> std::unique_ptr<Optimizer> {
    using Plan = typename decltype(owned)::Plan;
    return std::make_unique<EmulatedOptimizer<Plan>>(std::move(owned));
  });
}

template <class Plan>
absl::Status LaunchWindow(const Stream&, const WindowTask& task, const Plan& plan,
                          const WindowLayout& layout, const WindowRun* runs, int run_count,
                          int64_t steps, const WindowTuning&) {
  std::vector<float> shared(layout.shared_floats, NAN);
  for (int run = 0; run < run_count; ++run) {
    EmulatedKernelsOf<Plan, lane::Solo>().window(task, plan, layout, runs[run], shared.data(),
                                                 kSolo, steps);
  }
  return Ok();
}

}  // namespace paceline::cuda

#include "worker/cuda/window_instances.h"
