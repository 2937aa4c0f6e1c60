// How a contestant's figures spread over the main cases.
#pragma once

#include <vector>

#include "common/evaluation/metrics.h"

namespace paceline {

struct ProfilePoint {
  double at = 0;
  double share = 0;  // of the cases on which the contestant ran
};

// Share of cases with a speed-up of at least `at`, by falling `at`: the points where it rises.
std::vector<ProfilePoint> SpeedUpProfile(const Metrics& metrics, uint32_t contestant);
// Share of cases with a regret (1 − score) of at most `at`, by rising `at`.  (E. Dolan, J. Moré,
// "Benchmarking optimization software with performance profiles", 2002; a difference instead of
// their ratio, as losses may be zero or negative.)
std::vector<ProfilePoint> RegretProfile(const Metrics& metrics, uint32_t contestant);

}  // namespace paceline
