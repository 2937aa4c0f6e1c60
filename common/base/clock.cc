#include "common/base/clock.h"

namespace paceline {
namespace {

class RealClock : public Clock {
 public:
  SteadyTime Now() const override { return std::chrono::steady_clock::now(); }
  int64_t UnixMillis() const override {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  }
};

}  // namespace

Clock& Clock::Real() {
  // Never destroyed: threads may still ask while the program ends.
  static Clock& clock = *new RealClock;
  return clock;
}

}  // namespace paceline
