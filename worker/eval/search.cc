#include "worker/eval/search.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace paceline {
namespace {

size_t GridSize(const std::vector<Knob>& knobs) {
  size_t size = 1;
  for (const Knob& knob : knobs) size *= knob.values.size();
  return size;
}

std::vector<Setting> WholeGrid(const std::vector<Knob>& knobs) {
  std::vector<Setting> grid;
  for (size_t number = 0; number < GridSize(knobs); ++number) {
    Setting setting;
    size_t rest = number;
    for (const Knob& knob : knobs) {
      setting.push_back(rest % knob.values.size());
      rest /= knob.values.size();
    }
    grid.push_back(std::move(setting));
  }
  return grid;
}

// The positive root of x^(dimensions + 1) = x + 1.
double GeneralizedGoldenRatio(size_t dimensions) {
  double x = 2;
  for (int i = 0; i < 60; ++i) x = std::pow(1 + x, 1.0 / static_cast<double>(dimensions + 1));
  return x;
}

}  // namespace

// An additive recurrence whose points are far from each other in any number of dimensions
// (M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).
std::vector<Setting> SpreadSettings(const std::vector<Knob>& knobs, size_t count) {
  if (GridSize(knobs) <= count) return WholeGrid(knobs);
  const double ratio = GeneralizedGoldenRatio(knobs.size());
  std::vector<Setting> settings;
  std::set<Setting> seen;
  for (double i = 1; settings.size() < count; ++i) {
    Setting setting;
    for (size_t k = 0; k < knobs.size(); ++k) {
      const double at = 0.5 + i * std::pow(ratio, -static_cast<double>(k + 1));
      const size_t values = knobs[k].values.size();
      const double place = (at - std::floor(at)) * static_cast<double>(values);
      setting.push_back(std::min(static_cast<size_t>(place), values - 1));
    }
    if (seen.insert(setting).second) settings.push_back(std::move(setting));
  }
  return settings;
}

std::vector<Setting> Neighbours(const std::vector<Knob>& knobs, const Setting& setting) {
  std::vector<Setting> neighbours;
  for (size_t k = 0; k < knobs.size(); ++k) {
    for (const bool up : {false, true}) {
      if (up ? setting[k] + 1 == knobs[k].values.size() : setting[k] == 0) continue;
      neighbours.push_back(setting);
      neighbours.back()[k] += up ? 1 : -1;
    }
  }
  return neighbours;
}

}  // namespace paceline
