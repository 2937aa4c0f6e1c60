#include "common/noise/truncated_normal.h"

#include <cmath>

namespace paceline {
namespace {

constexpr uint64_t kStride = uint64_t{1} << 28;
// A stream has 2^34 numbers. All tries of an element fail with probability 0.0455^64 ≈ 1e-86.
constexpr int kTries = 64;

bool IsAccepted(float normal) { return std::fabs(normal) <= 2.0f; }

float Retry(const Stream& stream, uint64_t index) {
  for (int i = 1; i < kTries; ++i) {
    float normal = 0;
    FillNormals(stream, index + i * kStride, {&normal, 1});
    if (IsAccepted(normal)) return normal;
  }
  return 0;
}

}  // namespace

void FillTruncatedNormals(const Stream& stream, double stddev, std::span<float> out) {
  FillNormals(stream, 0, out);
  const float scale = static_cast<float>(stddev);
  for (size_t i = 0; i < out.size(); ++i) {
    const float normal = IsAccepted(out[i]) ? out[i] : Retry(stream, i);
    out[i] = scale * normal;
  }
}

}  // namespace paceline
