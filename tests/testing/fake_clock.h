// Time that stands still until a test moves it.
#pragma once

#include <atomic>
#include <chrono>

#include "common/base/clock.h"

namespace paceline {

class FakeClock : public Clock {
 public:
  SteadyTime Now() const override { return SteadyTime(SteadyTime::duration(now_)); }
  int64_t UnixMillis() const override {
    return 1'700'000'000'000 +
           std::chrono::duration_cast<std::chrono::milliseconds>(Now().time_since_epoch()).count();
  }
  void Advance(SteadyTime::duration by) { now_ += by.count(); }

 private:
  std::atomic<SteadyTime::rep> now_{SteadyTime::duration(std::chrono::hours(1)).count()};
};

}  // namespace paceline
