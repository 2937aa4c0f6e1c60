#include "common/estimator/length_bounds.h"

#include <algorithm>
#include <cmath>

namespace paceline {
namespace {

// On the straight line from (step0, a) to (step1, b), to the nearest whole number.
int64_t Between(int64_t step, int64_t step0, int64_t step1, double a, double b) {
  const double part = static_cast<double>(step - step0) / static_cast<double>(step1 - step0);
  return static_cast<int64_t>(std::floor(a + (b - a) * part + 0.5));
}

LengthBounds CurriculumBounds(const v1::Curriculum& curriculum, int64_t step) {
  const auto& stages = curriculum.stages();
  int next = 0;
  while (next < stages.size() && stages[next].step() <= step) ++next;
  if (next == 0) return {stages[0].min(), stages[0].max()};
  const v1::CurriculumStage& from = stages[next - 1];
  if (next == stages.size()) return {from.min(), from.max()};
  const v1::CurriculumStage& to = stages[next];
  return {Between(step, from.step(), to.step(), from.min(), to.min()),
          Between(step, from.step(), to.step(), from.max(), to.max())};
}

}  // namespace

LengthBounds LengthBoundsAt(const v1::Episode& episode, int64_t step) {
  if (episode.has_log_uniform()) {
    return {episode.log_uniform().min(), episode.log_uniform().max()};
  }
  if (episode.has_curriculum()) return CurriculumBounds(episode.curriculum(), step);
  return {episode.constant().steps(), episode.constant().steps()};
}

// Bounds are straight between stages, so they are largest at one of these or at the last outer
// step.
int64_t LongestEpisode(const v1::JobConfig& config) {
  const v1::Episode& episode = config.episode();
  const int64_t last = std::max<int64_t>(int64_t{config.outer().steps()} - 1, 0);
  int64_t longest = LengthBoundsAt(episode, last).max;
  for (const v1::CurriculumStage& stage : episode.curriculum().stages()) {
    longest = std::max(longest, LengthBoundsAt(episode, std::min<int64_t>(stage.step(), last)).max);
  }
  return longest;
}

}  // namespace paceline
