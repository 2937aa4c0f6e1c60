#include "common/baseline/knob.h"

#include <algorithm>
#include <limits>

#include "common/lane/portable_math.h"

namespace paceline {
namespace {

// The coordinate in which draws are uniform. A range's end at 0 would have none.
double Coordinate(Scale scale, double value) {
  const auto log = [](double x) {
    return PortableLog(std::max(x, std::numeric_limits<double>::min()));
  };
  switch (scale) {
    case Scale::kLog:
      return log(value);
    case Scale::kLogOfComplement:
      return -log(1 - value);
    case Scale::kLinear:
    case Scale::kChoice:
      return value;
  }
  return value;
}

double ValueAt(Scale scale, double coordinate) {
  switch (scale) {
    case Scale::kLog:
      return PortableExp(coordinate);
    case Scale::kLogOfComplement:
      return 1 - PortableExp(-coordinate);
    case Scale::kLinear:
    case Scale::kChoice:
      return coordinate;
  }
  return coordinate;
}

size_t DrawnChoices(const Knob& knob) { return knob.drawn == 0 ? knob.choices.size() : knob.drawn; }

double PlaceOfChoice(const Knob& knob, double value) {
  const size_t last = DrawnChoices(knob) - 1;
  const auto found = std::ranges::find(knob.choices, value);
  const auto number = static_cast<size_t>(found - knob.choices.begin());
  return last == 0 ? 0 : std::min(1.0, static_cast<double>(number) / static_cast<double>(last));
}

// Ten times as far from 1 (kLow), or a tenth.
double WidenedDecay(double decay, Side side) {
  return side == Side::kLow ? std::max(0.0, 1 - 10 * (1 - decay)) : 1 - (1 - decay) / 10;
}

double Limit(Domain domain, Side side) {
  const double infinity = std::numeric_limits<double>::infinity();
  const bool bounded_above = domain == Domain::kDecay || domain == Domain::kFraction;
  if (side == Side::kHigh) return bounded_above ? 1 : infinity;
  return domain == Domain::kAny ? -infinity : 0;
}

}  // namespace

double KnobAt(const Knob& knob, double uniform) {
  if (knob.scale == Scale::kChoice) {
    const size_t count = DrawnChoices(knob);
    const auto number = static_cast<size_t>(uniform * static_cast<double>(count));
    return knob.choices[std::min(number, count - 1)];
  }
  const double low = Coordinate(knob.scale, knob.low), high = Coordinate(knob.scale, knob.high);
  return std::clamp(ValueAt(knob.scale, low + uniform * (high - low)), knob.low, knob.high);
}

double PlaceOf(const Knob& knob, double value) {
  if (knob.scale == Scale::kChoice) return PlaceOfChoice(knob, value);
  const double low = Coordinate(knob.scale, knob.low), high = Coordinate(knob.scale, knob.high);
  if (high == low) return 0;
  return std::clamp((Coordinate(knob.scale, value) - low) / (high - low), 0.0, 1.0);
}

Knob Widened(const Knob& knob, Side side) {
  Knob wider = knob;
  if (knob.scale == Scale::kChoice) return wider;
  double& end = side == Side::kLow ? wider.low : wider.high;
  const double width = knob.high - knob.low;
  if (knob.scale == Scale::kLogOfComplement) {
    end = WidenedDecay(end, side);
  } else if (knob.scale == Scale::kLog) {
    end = side == Side::kLow ? end / 10 : end * 10;
  } else {
    end += side == Side::kLow ? -width : width;
  }
  const double limit = Limit(knob.domain, side);
  end = side == Side::kLow ? std::max(end, limit) : std::min(end, limit);
  return wider;
}

}  // namespace paceline
