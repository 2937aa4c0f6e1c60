#include "coordinator/aggregate/sum_range.h"

#include <algorithm>

#include "common/estimator/settings.h"
#include "common/task/meta_loss_range.h"
#include "common/task/sample.h"

namespace paceline {

SumRange RangeOfSums(const v1::JobConfig& config, const BlockWindow& window, double low,
                     double high) {
  const auto steps =
      static_cast<double>(HasEpisodeObjective(config) ? window.length_steps : window.inner_steps);
  return {.low = std::min(0.0, steps * low), .high = std::max(0.0, steps * high)};
}

SumRanges::SumRanges(const v1::JobConfig& config, uint32_t blocks)
    : config_(config), values_(blocks) {}

SumRange SumRanges::Of(uint32_t block, const BlockWindow& window) {
  Values& known = values_[block];
  if (known.episode_start != window.episode_start) known = ValuesOf(block, window);
  return RangeOfSums(config_, window, known.low, known.high);
}

SumRanges::Values SumRanges::ValuesOf(uint32_t block, const BlockWindow& window) const {
  const v1::Objective& objective = config_.objective();
  if (objective.has_accuracy() || objective.has_steps_to_target()) {
    return {.episode_start = window.episode_start, .low = 0, .high = 1};
  }
  const MetaLossRange range =
      MetaLossRangeOf(DrawTask(config_.tasks(window.task), config_.seed(), block,
                               static_cast<uint32_t>(window.episode_start)));
  return {.episode_start = window.episode_start, .low = range.low, .high = range.high};
}

}  // namespace paceline
