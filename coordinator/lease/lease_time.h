// How long a lease lasts: a pure function of what the job's answers have taken so far.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace paceline {

// What a worker has to do until it can answer for a block, in windows one after the other.
struct LeaseWork {
  int64_t rounds = 1;    // the block's own window, and those that its threads have before it
  int64_t replayed = 0;  // run again to re-make the block
  int tries = 0;         // workers that were asked for the block in this outer step before this one

  int64_t windows() const { return rounds + replayed; }
};

// A lease is late once it takes so many times as long as is usual,
inline constexpr double kLeaseSlack = 4;
// and never before
inline constexpr std::chrono::seconds kShortestLease{1};
// what is granted before anybody has answered. (A newcomer that sets itself up while the others are
// at work is late at first, and tried again after a while: see bench.h.)
inline constexpr std::chrono::seconds kFirstLease{60};
inline constexpr std::chrono::hours kLongestLease{24};

// window_seconds: what one window takes as a rule (AnswerTimes); absent: nobody has answered yet.
// Doubles with every try (four times as long where nothing is known), lest one block keeps all
// busy.
std::chrono::nanoseconds LeaseTime(std::optional<double> window_seconds, const LeaseWork& work);

}  // namespace paceline
