// Noise and its aggregation on the device against the processor.
#include <chrono>

#include "common/noise/place.h"
#include "tests/gpu/checks.h"
#include "tests/gpu/json_line.h"
#include "worker/cuda/noise.h"

namespace paceline {
namespace {

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

// Of one call put into the stream, the first not counted.
template <class Launch>
absl::StatusOr<double> SecondsOf(const cuda::Stream& stream, int times, const Launch& launch) {
  absl::Status status = launch();
  if (status.ok()) status = stream.Wait();
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < times && status.ok(); ++i) status = launch();
  if (status.ok()) status = stream.Wait();
  if (!status.ok()) return status;
  return Seconds(Clock::now() - begin).count() / times;
}

absl::Status CheckNormals(GpuCheck& check) {
  constexpr size_t kCount = 1'000'003;
  constexpr uint64_t kFirst = 5;
  const Stream noise = {.key = 7, .purpose = Purpose::kPerturbation, .particle = 3, .step = 9};
  std::vector<float> expected(kCount), out(kCount);
  FillNormals(noise, kFirst, expected);
  JsonLine line("noise");
  line.Add("normals", kCount);
  if (!check.dry_run()) {
    auto stream = cuda::Stream::Create(*check.device);
    if (!stream.ok()) return stream.status();
    auto array = cuda::Array<float>::Allocate(*check.device, kCount);
    if (!array.ok()) return array.status();
    const auto seconds = SecondsOf(*stream, 20, [&] {
      return cuda::FillNormals(*stream, PlaceOf(noise), kFirst, array->data(), kCount);
    });
    if (!seconds.ok()) return seconds.status();
    if (absl::Status status = array->Download(*stream, 0, std::span(out)); !status.ok()) {
      return status;
    }
    if (absl::Status status = stream->Wait(); !status.ok()) return status;
    const bool same = SameBits(out, expected);
    check.failed |= !same;
    line.Add("bit_equal", same).Add("normals_per_s", kCount / *seconds);
  }
  line.Add("dry_run", check.dry_run()).Print(check.out);
  return absl::OkStatus();
}

absl::Status CheckAggregation(GpuCheck& check, size_t particles, size_t parameters) {
  std::vector<NoiseTerm> terms;
  std::vector<float> expected(parameters, 0.0f), out(parameters, 0.0f);
  const bool compare = particles * parameters < 100'000'000;
  for (uint32_t p = 0; p < particles; ++p) {
    const Stream noise = {.key = 7, .purpose = Purpose::kPerturbation, .particle = p, .step = 9};
    const float coefficient = 0.001f * static_cast<float>(p % 97) - 0.04f;
    terms.push_back({PlaceOf(noise), coefficient});
    if (compare) AddScaledNormals(coefficient, noise, 0, expected);
  }
  JsonLine line("aggregation");
  line.Add("particles", particles).Add("parameters", parameters);
  if (!check.dry_run()) {
    auto stream = cuda::Stream::Create(*check.device);
    if (!stream.ok()) return stream.status();
    auto device_terms =
        cuda::Array<NoiseTerm>::Of(*check.device, *stream, std::span<const NoiseTerm>(terms));
    if (!device_terms.ok()) return device_terms.status();
    auto sum = cuda::Array<float>::Of(*check.device, *stream, std::span<const float>(out));
    if (!sum.ok()) return sum.status();
    const auto launch = [&] {
      return cuda::AddNoiseTerms(*stream, device_terms->data(), terms.size(), 0, sum->data(),
                                 parameters);
    };
    absl::Status status = launch();
    if (status.ok()) status = sum->Download(*stream, 0, std::span(out));
    if (status.ok()) status = stream->Wait();
    if (!status.ok()) return status;
    const auto seconds = SecondsOf(*stream, 3, launch);
    if (!seconds.ok()) return seconds.status();
    if (compare) {
      const bool same = SameBits(out, expected);
      check.failed |= !same;
      line.Add("bit_equal", same);
    }
    line.Add("ms", 1e3 * *seconds);
  }
  line.Add("dry_run", check.dry_run()).Print(check.out);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckNoise(GpuCheck& check) {
  absl::Status status = CheckNormals(check);
  if (status.ok()) status = CheckAggregation(check, 4096, 2409);
  if (status.ok()) status = CheckAggregation(check, 256, 2'320'385);
  return status;
}

}  // namespace paceline
