#include "common/estimator/lengths.h"

#include <algorithm>
#include <cmath>

#include "common/estimator/episodes.h"
#include "common/lane/portable_math.h"
#include "common/noise/streams.h"

namespace paceline {
namespace {

// With full ES, lengths are multiples of this, as in google/learned_optimization.
constexpr int64_t kFullEsGranularity = 10;

Stream StreamOf(const v1::JobConfig& config, Purpose purpose, uint32_t block, int64_t step) {
  return {.key = config.seed(),
          .purpose = purpose,
          .particle = block,
          .episode = static_cast<uint32_t>(step)};
}

int64_t DrawnLength(const v1::JobConfig& config, uint32_t block, int64_t step) {
  const v1::Episode& episode = config.episode();
  const LengthBounds bounds = LengthBoundsAt(episode, step);
  if (episode.has_constant()) return bounds.min;
  const auto low = static_cast<double>(bounds.min), high = static_cast<double>(bounds.max);
  const double u = UniformAt(StreamOf(config, Purpose::kEpisodeLength, block, step), 0);
  const double log_low = PortableLog(low);
  const double drawn = std::floor(PortableExp(log_low + u * (PortableLog(high) - log_low)));
  // Rounding may carry exp(ln min) just below min.
  return static_cast<int64_t>(std::clamp(drawn, low, high));
}

}  // namespace

int64_t EpisodeLength(const v1::JobConfig& config, uint32_t block, int64_t step) {
  const int64_t window = WindowSteps(config.estimator());
  const int64_t granularity = window == 0 ? kFullEsGranularity : window;
  const int64_t multiples = (DrawnLength(config, block, step) + granularity - 1) / granularity;
  if (step != 0 || window == 0) return multiples * granularity;
  uint32_t cut = 0;
  FillIndices(StreamOf(config, Purpose::kEpisodeCut, block, step), 0,
              static_cast<uint32_t>(multiples), {&cut, 1});
  return (cut + 1) * granularity;
}

int EpisodeTask(const v1::JobConfig& config, uint32_t block, int64_t step) {
  const int count = config.tasks_size();
  if (count <= 1) return 0;
  double total = 0;
  for (const v1::Task& task : config.tasks()) total += task.weight();
  const double at = total * UniformAt(StreamOf(config, Purpose::kTaskChoice, block, step), 0);
  double below = 0;
  for (int i = 0; i < count - 1; ++i) {
    below += config.tasks(i).weight();
    if (at < below) return i;
  }
  return count - 1;
}

}  // namespace paceline
