#include "coordinator/outer/schedule.h"

#include <algorithm>
#include <cmath>

#include "common/lane/portable_math.h"

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

double InverseSqrtFactor(const v1::InverseSqrtSchedule& config, int64_t step) {
  const double part = static_cast<double>(step + 1) / config.warmup_steps();
  return std::min(part, 1 / std::sqrt(part));
}

double LinearFactor(const v1::LinearSchedule& config, int64_t step) {
  const auto& points = config.points();
  int next = 0;
  while (next < points.size() && points[next].step() <= step) ++next;
  if (next == 0) return points[0].factor();
  const v1::LinearPoint& from = points[next - 1];
  if (next == points.size()) return from.factor();
  const double length = points[next].step() - from.step();
  const double part = static_cast<double>(step - from.step()) / length;
  return from.factor() + (points[next].factor() - from.factor()) * part;
}

// rate^whole · exp(ln rate · rest): ln and exp are PortableLog and PortableExp.
double ExponentialFactor(const v1::ExponentialSchedule& config, int64_t step) {
  const auto whole = static_cast<unsigned long>(step / config.steps());
  const double rest = static_cast<double>(step % config.steps()) / config.steps();
  return PortablePower(config.rate(), whole) * PortableExp(PortableLog(config.rate()) * rest);
}

}  // namespace

int64_t UpdatesOf(const v1::Outer& config) {
  return config.steps() / std::max(1u, config.accumulate());
}

double ScheduleFactor(const v1::Outer& config, int64_t step) {
  switch (config.schedule().kind_case()) {
    case v1::Schedule::kCosine:
      return CosineFactor(config.schedule().cosine(), UpdatesOf(config), step);
    case v1::Schedule::kPiecewise:
      return PiecewiseFactor(config.schedule().piecewise(), step);
    case v1::Schedule::kInverseSqrt:
      return InverseSqrtFactor(config.schedule().inverse_sqrt(), step);
    case v1::Schedule::kLinear:
      return LinearFactor(config.schedule().linear(), step);
    case v1::Schedule::kExponential:
      return ExponentialFactor(config.schedule().exponential(), step);
    case v1::Schedule::kConstant:
    case v1::Schedule::KIND_NOT_SET:
      break;
  }
  return 1;
}

}  // namespace paceline
