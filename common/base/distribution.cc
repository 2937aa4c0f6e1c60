#include "common/base/distribution.h"

#include <algorithm>
#include <cmath>

namespace paceline {

void Distribution::Add(double value, uint64_t times) {
  if (std::isnan(value)) return;
  const auto range = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<size_t>(range)] += times;
  count_ += times;
  sum_ += value * static_cast<double>(times);
}

std::vector<double> SecondsBounds() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
          1,     2.5,    5,     10,   30,    60,   300, 900,  3600};
}

std::vector<double> ShortSecondsBounds() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
}

}  // namespace paceline
