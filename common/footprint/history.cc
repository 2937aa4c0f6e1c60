#include "common/footprint/history.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/estimator/aggregation.h"
#include "common/estimator/length_bounds.h"
#include "common/estimator/settings.h"
#include "common/footprint/machine_memory.h"
#include "common/lopt/layout.h"

namespace paceline {
namespace {

// Beside its scalars: record, digest and the tree around them.
constexpr uint64_t kStepRowBytes = 350, kParticleBytes = 21;
// More, where an outer step says which windows it counted.
constexpr uint64_t kBeganBytes = 8, kWindowBytes = 12;

// The most windows that an episode has; each has a θ of its own.
uint64_t LongestInWindows(const v1::JobConfig& config) {
  const auto window = static_cast<uint64_t>(WindowSteps(config.estimator()));
  if (window == 0) return 1;
  return (static_cast<uint64_t>(LongestEpisode(config)) + window - 1) / window;
}

}  // namespace

HistoryFootprint HistoryFootprintOf(const v1::JobConfig& config) {
  const uint64_t steps = config.outer().steps();
  const uint64_t theta_bytes = sizeof(float) * LayoutOf(config.optimizer()).size;
  HistoryFootprint footprint;
  const auto behind = static_cast<uint64_t>(MostAge(config));
  footprint.versions = std::min(LongestInWindows(config) + behind, steps) + 1;
  const uint64_t bytes = footprint.versions * theta_bytes;
  footprint.memory_bytes = std::min(bytes, kHistoryMemoryBytes + theta_bytes);
  // A file goes when none of its versions is needed any more.
  if (bytes > kHistoryMemoryBytes) {
    footprint.disk_bytes = bytes - kHistoryMemoryBytes + std::min(bytes, kHistorySegmentBytes);
  }
  const uint64_t particles = config.estimator().particles();
  footprint.store_bytes = steps * (kStepRowBytes + kParticleBytes * particles);
  if (!IsStrict(config)) {
    const uint64_t blocks = particles / config.estimator().block();
    footprint.store_bytes += steps * (kBeganBytes * particles + kWindowBytes * blocks);
  }
  return footprint;
}

std::string HistoryText(const v1::JobConfig& config) {
  const HistoryFootprint footprint = HistoryFootprintOf(config);
  return absl::StrCat("up to ", footprint.versions,
                      " versions of θ: ", BytesText(footprint.memory_bytes), " in memory and ",
                      BytesText(footprint.disk_bytes), " on its disk; ",
                      BytesText(footprint.store_bytes), " in its store at the end");
}

}  // namespace paceline
