// Figures over seeds.
#pragma once

#include <span>

namespace paceline {

struct Spread {
  double mean = 0;
  double deviation = 0;  // sample standard deviation; 0 for one value
};

// `values` is not empty.
Spread SpreadOf(std::span<const double> values);

}  // namespace paceline
