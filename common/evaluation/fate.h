// How a run ended. Divergence alone tells little: an optimizer outside of what it was trained on
// mostly stops learning without ever meeting a number that is not finite.
#pragma once

#include <cstdint>

#include "paceline/v1/evaluation.pb.h"

namespace paceline {

enum class Fate {
  kLearned,
  kDiverged,   // a loss or a weight was not finite
  kCollapsed,  // the last tenth's loss is not below the initial one
  kStalled,    // it stood still from the first tenth on, far above the best
};

// What the contestants of a case have reached, by mean losses.
struct CaseScale {
  double initial_loss = 0;
  double best_loss = 0;  // final, of the best contestant

  // The best contestant's.
  double gain() const { return initial_loss - best_loss; }
};

// Stalled: from the second half of the first tenth to the last tenth the loss fell by less than 1 %
// of the best contestant's gain, and it ends more than 10 % of that gain above the best.
Fate FateOf(const v1::RunOutcome& run, uint64_t steps, const CaseScale& scale);

struct FateCounts {
  uint32_t diverged = 0, collapsed = 0, stalled = 0;

  void Add(Fate fate);
  void Add(const FateCounts& more);
  uint32_t failed() const { return diverged + collapsed + stalled; }
};

}  // namespace paceline
