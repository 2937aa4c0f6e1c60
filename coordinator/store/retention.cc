#include "coordinator/store/retention.h"

#include <algorithm>

namespace paceline {

RetentionPolicy RetentionOf(int64_t newest, int64_t checkpoint_every) {
  return {.newest = newest, .spacing_steps = newest * checkpoint_every};
}

std::vector<int64_t> CheckpointsToRemove(std::vector<CheckpointRow> rows,
                                         const RetentionPolicy& policy) {
  std::ranges::sort(rows, {}, &CheckpointRow::step);
  std::vector<int64_t> removed;
  int64_t kept = 0;
  for (int64_t i = 0; i + policy.newest < std::ssize(rows); ++i) {
    const bool needed = rows[i + 1].step - kept > policy.spacing_steps;
    if (needed || rows[i].marked) {
      kept = rows[i].step;
    } else {
      removed.push_back(rows[i].step);
    }
  }
  return removed;
}

}  // namespace paceline
