// How fast an evaluation goes, from the newest of its units.
#pragma once

#include <chrono>
#include <deque>

#include "common/base/clock.h"

namespace paceline {

// Not thread-safe.
class Pace {
 public:
  // As far back as is looked.
  static constexpr std::chrono::minutes kWindow{5};

  // Units are given out from now on; again, nothing happens.
  void Start(SteadyTime now);
  // A unit's outcome came.
  void Add(SteadyTime now, double work);
  // Both 0 while nothing came.
  double units_per_second(SteadyTime now) const;
  double work_per_second(SteadyTime now) const;

 private:
  struct Come {
    SteadyTime at{};
    double work = 0;
  };
  double Seconds(SteadyTime now) const;

  SteadyTime began_{};  // of what is looked at
  std::deque<Come> come_;
  double work_ = 0;  // of these
};

}  // namespace paceline
