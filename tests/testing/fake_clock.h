// Time that stands still until a test moves it.
#pragma once

#include <chrono>

#include "common/base/clock.h"

namespace paceline {

class FakeClock : public Clock {
 public:
  SteadyTime Now() const override { return now_; }
  int64_t UnixMillis() const override {
    return 1'700'000'000'000 +
           std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
  }
  void Advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

}  // namespace paceline
