// Aggregation by quorum: an outer step is closed with the first K of N blocks (backup workers; Chen
// et al. 2016, "Revisiting distributed synchronous SGD"), or at its deadline.
//
// The slowest of a step do not hold it up, whoever they are. Who is last every time would never
// count, though, and the mix of blocks and tasks be that of the others. So blocks that have missed
// many outer steps in a row are looked after.
#pragma once

#include "coordinator/aggregate/step.h"

namespace paceline {

// A block whose worker has answered for all but so many windows is just behind the others: it is
// last in a queue, say.
inline constexpr int64_t kJustBehind = 2;
// So many outer steps in a row are closed without such a block,
inline constexpr uint32_t kMostMisses = 2;
// and so many without one that is further behind.
inline constexpr uint32_t kMissesToHandOver = 8;

// Of a block that has not answered yet for the window at hand.
struct BlockLag {
  uint32_t misses = 0;      // outer steps in a row without it
  int64_t behind = 0;       // windows before the one at hand that its worker has not answered for
  bool has_others = false;  // somebody else could have it
  bool is_new = false;      // its worker has it since a short while, and may be re-making it
};

enum class LagRemedy {
  kNone,
  kWaitFor,   // the outer step is not to be closed without it, but at its deadline
  kHandOver,  // to another worker, if there is one
};
LagRemedy RemedyOf(const BlockLag& lag);

// Closes with K answers if no block is indispensable (kWaitFor). At the deadline with what is
// there, one answer at least.
StepDecision DecideQuorum(const v1::Quorum& rule, const StepSnapshot& snapshot);

}  // namespace paceline
