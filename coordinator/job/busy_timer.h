// Adds the time until the end of its scope to a sum.
#pragma once

#include <chrono>

#include "common/base/clock.h"

namespace paceline {

class BusyTimer {
 public:
  BusyTimer(const Clock& clock, std::chrono::nanoseconds& sum)
      : clock_(clock), sum_(sum), began_(clock.Now()) {}
  ~BusyTimer() { sum_ += clock_.Now() - began_; }
  BusyTimer(const BusyTimer&) = delete;
  BusyTimer& operator=(const BusyTimer&) = delete;

 private:
  const Clock& clock_;
  std::chrono::nanoseconds& sum_;
  const SteadyTime began_;
};

}  // namespace paceline
