// The threads that run one kernel body together: one on a CPU (Solo), the threads of a block on a
// GPU (worker/cuda/cuda_team.h), as many host threads under the emulator of tests/testing.
//
// A body is written as phases: in each, ForEach shares the items out and no item reads what another
// one of the same phase writes; Sync() ends the phase. What an item computes does not depend on
// which thread takes it, so a team of any size gives the same bits.
//
// A team offers rank() in [0, size()), size() and Sync(), and kSolo if it always is one thread.
#pragma once

#include <cstddef>

#include "common/lane/scalar.h"

namespace paceline::lane {

struct Solo {
  static constexpr bool kSolo = true;
  PACELINE_LANE size_t rank() const { return 0; }
  PACELINE_LANE size_t size() const { return 1; }
  PACELINE_LANE void Sync() const {}
};

// body(item) for every item in [0, count).
template <class Team, class Body>
PACELINE_LANE void ForEach(const Team& team, size_t count, const Body& body) {
  for (size_t item = team.rank(); item < count; item += team.size()) body(item);
}

}  // namespace paceline::lane
