// Time, injected so that tests own it.
#pragma once

#include <chrono>
#include <cstdint>

namespace paceline {

using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime Now() const = 0;
  virtual int64_t UnixMillis() const = 0;
  // The machine's clocks; lives as long as the program.
  static Clock& Real();
};

}  // namespace paceline
