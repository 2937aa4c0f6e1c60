// The versions of θ that workers may still need, from the oldest living episode's first on.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/roster/outgoing.h"

namespace paceline {

// Not thread-safe.
class ThetaHistory {
 public:
  // The version after the newest (any, if there is none).
  void Push(const std::string& job, int64_t step, uint64_t hash, std::span<const float> theta);
  void DropBefore(int64_t step);

  bool empty() const { return versions_.empty(); }
  // Holding a Theta; of the version pushed last.
  SharedMessage newest() const { return versions_.back(); }
  // first..last. OutOfRange if one is too old or not there yet, InvalidArgument if the range is
  // empty.
  absl::StatusOr<std::vector<SharedMessage>> Range(int64_t first, int64_t last) const;

 private:
  std::deque<SharedMessage> versions_;  // consecutive steps
};

}  // namespace paceline
