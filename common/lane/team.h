// The threads that run one kernel body together: one on a CPU (Solo), the threads of a block on a
// GPU (worker/cuda/team.cuh), as many host threads under the emulator of tests/testing.
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

// body(row, column) for every place of a matrix, 32 threads (or the whole of a smaller team) to a
// row: neighbours take neighbouring columns.
template <class Team, class Body>
PACELINE_LANE void ForEachPlace(const Team& team, size_t rows, size_t columns, const Body& body) {
  const unsigned size = static_cast<unsigned>(team.size());
  const unsigned rank = static_cast<unsigned>(team.rank());
  const unsigned width = size < 32 ? size : 32, groups = size / width;
  if (rank >= groups * width) return;
  for (size_t row = rank / width; row < rows; row += groups) {
    for (size_t column = rank % width; column < columns; column += width) body(row, column);
  }
}

// A team whose first threads are those that had least to do in `items` items just shared out: what
// it is given next, in the same phase, falls to them.
template <class Team>
class Rotated {
 public:
  static constexpr bool kSolo = Team::kSolo;
  PACELINE_LANE Rotated(const Team& team, size_t items)
      : size_(static_cast<unsigned>(team.size())) {
    const unsigned rank = static_cast<unsigned>(team.rank());
    const unsigned taken = static_cast<unsigned>(items) % size_;
    rank_ = rank >= taken ? rank - taken : rank + size_ - taken;
  }
  PACELINE_LANE size_t rank() const { return rank_; }
  PACELINE_LANE size_t size() const { return size_; }

 private:
  unsigned rank_, size_;
};
template <class Team>
PACELINE_LANE Rotated<Team> After(size_t items, const Team& team) {
  return Rotated<Team>(team, items);
}

}  // namespace paceline::lane
