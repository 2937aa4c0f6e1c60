#include "common/baseline/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "common/lane/portable_math.h"

namespace paceline {
namespace {

// T and i, and where rise and fall begin, in updates.
struct Place {
  double updates, update;
  double rise, fall;

  double part() const { return (update - fall) / (updates - fall); }
};

double HalfCosine(double part) { return (1 + PortableCos(std::numbers::pi * part)) / 2; }

double Rising(const Place& place) {
  return place.rise > 0 ? std::min(1.0, (place.update + 1) / place.rise) : 1;
}

double Exponential(const Schedule& schedule, const Place& place) {
  if (schedule.decay > 0) {
    const auto fallen = static_cast<unsigned long>(place.update - place.fall);
    return std::max(schedule.floor, PortablePower(1 - schedule.decay, fallen));
  }
  const double end = schedule.floor > 0 ? schedule.floor : 0.01;
  return PortableExp(std::min(1.0, place.part()) * PortableLog(end));
}

double Piecewise(const Schedule& schedule, const Place& place) {
  const std::vector<double>& factors = schedule.factors;
  const auto at = [&](size_t i) { return schedule.points[i] * place.updates; };
  size_t after = 0;
  while (after < factors.size() && at(after) < place.update) ++after;
  if (after == 0) return factors.front();
  if (after == factors.size()) return factors.back();
  const double slope = (factors[after] - factors[after - 1]) / (at(after) - at(after - 1));
  return factors[after - 1] + (place.update - at(after - 1)) * slope;
}

double Rise(const Schedule& schedule, double updates) {
  return schedule.warmup_updates > 0 ? schedule.warmup_updates : schedule.warmup * updates;
}

double LibraryCosine(const Schedule& schedule, double update, double updates) {
  const double i = std::min(update, updates), start = updates * schedule.hold;
  const double rise = updates * std::max(schedule.warmup, schedule.hold);
  if (schedule.warmup > 0 && i < rise) return i / rise;
  if (start >= updates) return 1;
  const double part = (std::max(i, start) - start) / (updates - start);
  return schedule.floor + (1 - schedule.floor) * HalfCosine(part);
}

double LibraryRoot(double update, double rise) {
  const double t = std::max(update, 1.0);
  return rise > 0 ? std::min(t / rise, std::sqrt(rise / t)) : 1 / std::sqrt(t);
}

// From the fall's beginning on.
double Falling(const Schedule& schedule, const Place& place) {
  const double floor = schedule.floor, origin = std::max(place.fall, 1.0);
  const bool over = place.update >= place.updates;
  switch (schedule.kind) {
    case ScheduleKind::kConstant:
      return 1;
    case ScheduleKind::kLinear:
      return over ? floor : floor + (1 - floor) * (1 - place.part());
    case ScheduleKind::kCosine:
      return over ? floor : floor + (1 - floor) * HalfCosine(place.part());
    case ScheduleKind::kInverseRoot:
      return std::max(floor, std::sqrt(origin / (place.update - place.fall + origin)));
    case ScheduleKind::kExponential:
      return Exponential(schedule, place);
    case ScheduleKind::kPiecewise:
      return Rising(place) * Piecewise(schedule, place);
    case ScheduleKind::kLibraryCosine:
      return LibraryCosine(schedule, place.update, place.updates);
    case ScheduleKind::kLibraryInverseRoot:
      return LibraryRoot(place.update, Rise(schedule, place.updates));
  }
  return 1;
}

bool RisesByItself(ScheduleKind kind) {
  return kind == ScheduleKind::kPiecewise || kind == ScheduleKind::kLibraryCosine ||
         kind == ScheduleKind::kLibraryInverseRoot;
}

}  // namespace

double ScheduleFactor(const Schedule& schedule, int64_t update, int64_t updates) {
  const auto total = static_cast<double>(updates);
  Place place = {.updates = total,
                 .update = static_cast<double>(update),
                 .rise = std::ceil(Rise(schedule, total)),
                 .fall = 0};
  place.fall = std::max(place.rise, std::ceil(schedule.hold * total));
  if (RisesByItself(schedule.kind)) return Falling(schedule, place);
  if (place.update < place.rise) return Rising(place);
  return place.update < place.fall ? 1 : Falling(schedule, place);
}

}  // namespace paceline
