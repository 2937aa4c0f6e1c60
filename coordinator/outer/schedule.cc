#include "coordinator/outer/schedule.h"

#include <algorithm>

namespace paceline {
namespace {

constexpr double kPi = 3.14159265358979323846;

// cos(π·x) for x in [0, 1] by its Taylor series: libm's may differ between machines.
double CosPi(double x) {
  if (x > 0.5) return -CosPi(1 - x);
  const double z = kPi * x * kPi * x;
  double sum = 1;
  for (int k = 22; k >= 2; k -= 2) sum = 1 - z / (k * (k - 1)) * sum;
  return sum;
}

double CosineFactor(const v1::CosineSchedule& config, int64_t steps, int64_t step) {
  const int64_t warmup = config.warmup_steps();
  if (step < warmup) return static_cast<double>(step) / static_cast<double>(warmup);
  const int64_t length = steps - 1 - warmup;
  if (step - warmup >= length) return config.final_factor();
  const double progress = static_cast<double>(step - warmup) / static_cast<double>(length);
  return config.final_factor() + (1 - config.final_factor()) * (1 + CosPi(progress)) / 2;
}

double PiecewiseFactor(const v1::PiecewiseSchedule& config, int64_t step) {
  double factor = 1;
  int64_t latest = 0;
  for (const v1::PiecewiseBoundary& boundary : config.boundaries()) {
    if (boundary.step() > step || boundary.step() < latest) continue;
    latest = boundary.step();
    factor = boundary.factor();
  }
  return factor;
}

}  // namespace

double ScheduleFactor(const v1::Outer& config, int64_t step) {
  switch (config.schedule().kind_case()) {
    case v1::Schedule::kCosine:
      return CosineFactor(config.schedule().cosine(), config.steps(), step);
    case v1::Schedule::kPiecewise:
      return PiecewiseFactor(config.schedule().piecewise(), step);
    case v1::Schedule::kConstant:
    case v1::Schedule::KIND_NOT_SET:
      break;
  }
  return 1;
}

}  // namespace paceline
