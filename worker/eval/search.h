// Which of a baseline's settings are tried.
#pragma once

#include <cstddef>
#include <vector>

#include "worker/baselines/baseline.h"

namespace paceline {

// One value of each knob, by its number.
using Setting = std::vector<size_t>;

// `count` different settings that lie evenly over the whole grid, the same every time; all settings
// if there are no more.
std::vector<Setting> SpreadSettings(const std::vector<Knob>& knobs, size_t count);
// Those that differ from it by one place in one knob.
std::vector<Setting> Neighbours(const std::vector<Knob>& knobs, const Setting& setting);

}  // namespace paceline
