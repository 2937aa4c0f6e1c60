// How many threads a worker is believed to have: what it claims, as far as its answers bear it out.
#pragma once

#include <cstdint>

namespace paceline {

struct Claim {
  uint32_t threads = 1;
  // Outer steps since it came, or was late last, in which it answered all that it was asked.
  int good_steps = 0;
};

// What is known of the others.
struct ClaimsAround {
  uint32_t typical_threads = 1;  // the lower median of all claims
  bool answered = false;         // somebody has answered for the job
};

// A newcomer in a job under way begins with one thread; where all begin, with up to twice the usual
// claim. Every good step doubles it.
uint32_t BelievedThreads(const Claim& claim, const ClaimsAround& around);

}  // namespace paceline
