#include "worker/baselines/rate_schedule.h"

#include <cmath>
#include <numbers>

namespace paceline {

double RateFactor(const RateSchedule& schedule, int64_t iteration, int64_t steps) {
  const auto rising = static_cast<int64_t>(std::ceil(schedule.warmup * static_cast<double>(steps)));
  if (iteration < rising) return static_cast<double>(iteration + 1) / static_cast<double>(rising);
  if (iteration >= steps) return 0;
  const double part = static_cast<double>(iteration - rising) / static_cast<double>(steps - rising);
  return schedule.cosine ? (1 + std::cos(std::numbers::pi * part)) / 2 : 1 - part;
}

}  // namespace paceline
