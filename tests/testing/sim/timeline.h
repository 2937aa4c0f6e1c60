// Virtual time: what is to happen, in its order. Things of the same time happen as they were put.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "tests/testing/fake_clock.h"

namespace paceline {

class Timeline {
 public:
  using Action = std::function<void()>;

  const FakeClock& clock() const { return clock_; }
  SteadyTime now() const { return clock_.Now(); }
  void At(SteadyTime time, Action action) {
    waiting_.push({std::max(time, now()), next_++, std::move(action)});
  }
  void In(SteadyTime::duration delay, Action action) { At(now() + delay, std::move(action)); }

  // The next one happens; false if there is none.
  bool Step() {
    if (waiting_.empty()) return false;
    const Entry entry = waiting_.top();
    waiting_.pop();
    clock_.Advance(entry.time - now());
    entry.action();
    return true;
  }
  size_t waiting() const { return waiting_.size(); }

 private:
  struct Entry {
    SteadyTime time;
    uint64_t number = 0;
    Action action;
    bool operator<(const Entry& other) const {
      return std::pair(other.time, other.number) < std::pair(time, number);
    }
  };

  FakeClock clock_;
  uint64_t next_ = 0;
  std::priority_queue<Entry> waiting_;
};

}  // namespace paceline
