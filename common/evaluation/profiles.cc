#include "common/evaluation/profiles.h"

#include <algorithm>
#include <functional>

namespace paceline {
namespace {

// Of sorted values: how many stand up to each of them; equal ones make one point.
std::vector<ProfilePoint> Steps(const std::vector<double>& sorted) {
  std::vector<ProfilePoint> points;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i + 1 < sorted.size() && sorted[i + 1] == sorted[i]) continue;
    points.push_back({sorted[i], static_cast<double>(i + 1) / static_cast<double>(sorted.size())});
  }
  return points;
}

}  // namespace

std::vector<ProfilePoint> SpeedUpProfile(const Metrics& metrics, uint32_t contestant) {
  std::vector<double> values;
  for (const EntryMetrics* entry : MainEntries(metrics, contestant)) {
    if (entry->speed_up) values.push_back(entry->speed_up->value);
  }
  std::sort(values.begin(), values.end(), std::greater<>());
  return Steps(values);
}

std::vector<ProfilePoint> RegretProfile(const Metrics& metrics, uint32_t contestant) {
  std::vector<double> values;
  for (const EntryMetrics* entry : MainEntries(metrics, contestant)) {
    values.push_back(1 - entry->score.value);
  }
  std::sort(values.begin(), values.end());
  return Steps(values);
}

}  // namespace paceline
