// Who is right where answers to one question differ.
#pragma once

#include <span>
#include <vector>

#include "common/estimator/coefficients.h"
#include "coordinator/roster/roster.h"

namespace paceline {

// One worker's answer for a block.
struct Testimony {
  WorkerId worker{};
  std::vector<ParticleScalars> particles;
};

struct Ruling {
  bool decided = false;
  size_t right = 0;                  // index of one that most agree with
  std::vector<WorkerId> outvoted{};  // those who say otherwise
};

// Decided once two agree and more agree with them than with anything else; undecided, the first
// counts.
Ruling Rule(std::span<const Testimony> testimonies);

}  // namespace paceline
