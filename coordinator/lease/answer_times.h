// What a window takes the workers of one job, from when they were asked to when they answered.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "coordinator/roster/roster.h"

namespace paceline {

// Not thread-safe.
class AnswerTimes {
 public:
  // How many of a worker's newest answers count.
  static constexpr int kKept = 16;

  // An accepted answer, by the window. settled: the worker had answered before it was asked, so
  // that its set-up is not in it; what is not counts only while the worker has nothing better.
  // Constant time.
  void Add(WorkerId worker, double seconds_per_window, bool settled);
  void Forget(WorkerId worker);

  // The lower median of the workers' own times, which are the longest of what is kept of each: half
  // of the workers may be as slow as they like. What it was at last if nobody is left; absent
  // before the first answer. Walks over the workers.
  std::optional<double> Typical() const;

 private:
  struct Own {
    bool settled = false;
    std::array<double, kKept> seconds{};
    int count = 0;
  };

  std::map<WorkerId, Own> workers_;
  mutable std::optional<double> typical_;
};

// What a window of a task takes: what is usual for it, or, where nobody has run it yet, for the
// slowest of those that have been run; absent: nobody has run any. `typical` is by task, Typical of
// each; a task may lie beyond it.
std::optional<double> WindowSeconds(std::span<const std::optional<double>> typical, size_t task);

// The lower of the two in the middle; absent of none.
std::optional<double> LowerMedian(std::vector<double> values);

}  // namespace paceline
