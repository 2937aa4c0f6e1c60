#include "coordinator/lease/lease_time.h"

#include <algorithm>
#include <cmath>

namespace paceline {
namespace {

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::chrono::nanoseconds LeaseTime(std::optional<double> window_seconds, const LeaseWork& work) {
  const double windows = static_cast<double>(work.windows());
  double seconds = window_seconds ? kLeaseSlack * *window_seconds * windows : Seconds(kFirstLease);
  seconds = std::max(seconds, Seconds(kShortestLease));
  constexpr int kEnough = 20;
  const int doublings = std::min(work.tries, kEnough) * (window_seconds ? 1 : 2);
  seconds = std::min(std::ldexp(seconds, doublings), Seconds(kLongestLease));
  return std::chrono::nanoseconds(static_cast<int64_t>(1e9 * seconds));
}

}  // namespace paceline
