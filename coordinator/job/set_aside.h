// When a job makes way for those behind it in the queue.
#pragma once

#include <chrono>

#include "common/base/clock.h"

namespace paceline {

inline constexpr std::chrono::seconds kSetAsideAfter{60};

struct Attendance {
  bool able = false;          // a worker is here that may work on the job
  bool next_able = false;     // one is here for another job that waits
  SteadyTime absent_since{};  // since when nobody was able
};

bool IsSetAside(const Attendance& attendance, SteadyTime now);

}  // namespace paceline
