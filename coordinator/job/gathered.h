// Answers of an asynchronous job that are to count in the outer step at hand, of blocks that have
// gone on to their next windows since.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "common/estimator/episode_book.h"
#include "coordinator/roster/roster.h"

namespace paceline {

struct GatheredAnswer {
  WorkerId by{};
  std::vector<ParticleScalars> particles;
};

// Not thread-safe.
class Gathered {
 public:
  size_t size() const { return answers_.size(); }
  void Add(const CountedWindow& window, GatheredAnswer answer) {
    answers_[window] = std::move(answer);
  }
  // Forgets the worker's, and those of the same blocks after them, which follow from no answer any
  // more. The first of each block, in order.
  std::vector<CountedWindow> Discard(WorkerId worker);
  // All, in the order in which they count.
  std::map<CountedWindow, GatheredAnswer> Take() { return std::exchange(answers_, {}); }
  void Clear() { answers_.clear(); }

 private:
  std::map<CountedWindow, GatheredAnswer> answers_;
};

}  // namespace paceline
