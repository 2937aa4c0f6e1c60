// When a failure that a worker calls permanent ends the job.
#pragma once

#include <span>

#include "coordinator/roster/roster.h"

namespace paceline {

// What one worker says of one block.
struct PermanentClaim {
  WorkerId worker{};
  int times = 0;
};

// A worker that nobody can confirm must say so this often.
inline constexpr int kAloneMustRepeat = 3;

// Two workers say so of the same block, or the only one in reach repeats it. others: workers that
// could take the block and have not failed on it.
bool IsConfirmed(std::span<const PermanentClaim> claims, bool others);

}  // namespace paceline
