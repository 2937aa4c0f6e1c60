// All that happened in a simulated run, in order: folded into a digest, and the end of it in words.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "tests/testing/sim/timeline.h"

namespace paceline {

class SimTrace {
 public:
  static constexpr size_t kRemembered = 200;

  explicit SimTrace(const Timeline& timeline) : timeline_(timeline) {}

  // `kind` is a literal; the numbers say who and what.
  void Add(std::string_view kind, uint64_t who = 0, uint64_t what = 0);
  // SHA-256 of everything so far, chained.
  std::string digest();
  uint64_t events() const { return events_; }
  // The newest events, a line each.
  std::string Tail() const;

 private:
  struct Event {
    SteadyTime at;
    std::string_view kind;
    uint64_t who = 0, what = 0;
  };

  const Timeline& timeline_;
  uint64_t events_ = 0;
  std::string pending_, digest_;
  std::deque<Event> newest_;
};

// Of content: fast, and the same in every run of one build.
uint64_t SimHash(std::string_view bytes);

}  // namespace paceline
