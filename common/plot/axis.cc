#include "common/plot/axis.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr double kWantedTicks = 5;

// The smallest of 1, 2, 5 times a power of ten that is at least `least`.
double RoundStep(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

}  // namespace

Axis::Axis(double low, double high, bool logarithmic, double from, double to)
    : low_(low), high_(high), logarithmic_(logarithmic), from_(from), to_(to) {}

double Axis::Place(double value) const {
  const double fraction = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_)
                                       : (value - low_) / (high_ - low_);
  return from_ + fraction * (to_ - from_);
}

std::vector<Tick> Axis::Ticks() const {
  std::vector<Tick> ticks;
  if (!logarithmic_) {
    const double step = RoundStep((high_ - low_) / kWantedTicks);
    for (double i = std::ceil(low_ / step); i * step <= high_ * (1 + 1e-12); ++i) {
      const double value = i * step + 0.0;  // no −0
      ticks.push_back({value, fmt::format("{:.6g}", value)});
    }
    return ticks;
  }
  const double decades = std::log10(high_ / low_);
  const int step = std::max(1, static_cast<int>(decades / kWantedTicks));
  const std::vector<double> factors =
      decades < 3 ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  for (int power = static_cast<int>(std::floor(std::log10(low_))); std::pow(10, power) <= high_;
       power += step) {
    for (const double factor : factors) {
      const double value = factor * std::pow(10, power);
      if (value >= low_ && value <= high_) ticks.push_back({value, fmt::format("{:.6g}", value)});
    }
  }
  return ticks;
}

}  // namespace paceline
