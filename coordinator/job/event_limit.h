// How many events workers may cause: what comes faster is counted and told in one line.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "common/base/clock.h"
#include "coordinator/roster/roster.h"
#include "coordinator/roster/token_bucket.h"

namespace paceline {

// Not thread-safe.
class EventLimit {
 public:
  static constexpr BucketSize kOfOne{.most = 10, .per_second = 0.1};
  static constexpr BucketSize kOfAll{.most = 100, .per_second = 1};
  static constexpr std::chrono::seconds kTellAgain{10};

  // `clock` outlives the object.
  explicit EventLimit(const Clock& clock) : clock_(clock), all_(kOfAll) {}

  // Whether an event about the worker is to be told.
  bool Admit(WorkerId about);
  // It has left.
  void Forget(WorkerId worker) { own_.erase(worker); }
  // How many were not told, if there are any and it is time to say so.
  std::optional<uint64_t> TakeSuppressed();

 private:
  const Clock& clock_;
  TokenBucket all_;
  std::map<WorkerId, TokenBucket> own_;
  uint64_t suppressed_ = 0;
  SteadyTime told_{};
};

}  // namespace paceline
