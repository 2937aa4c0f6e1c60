// How much one identity may ask for, so that none takes the service away from the others.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "coordinator/access/caller.h"
#include "coordinator/roster/token_bucket.h"

namespace paceline {

struct CallerLimits {
  BucketSize calls{.most = 200, .per_second = 100};
  int in_flight = 64;  // of calls and streams at once
  // Of refusals that are audited: the others are counted.
  BucketSize refusals{.most = 20, .per_second = 0.2};
};

// Thread-safe. Whoever has to show nothing ("local") is not limited.
class Limits {
 public:
  // `clock` outlives the object.
  Limits(CallerLimits limits, const Clock& clock) : limits_(limits), clock_(clock) {}

  // ResourceExhausted, saying what would be right, if the caller asks too often or for too much at
  // once. After OK, Leave when the call has ended.
  absl::Status Enter(const Caller& caller);
  void Leave(const Caller& caller);

  // Whether a refusal of that name is to be audited, and how many were not since the last one.
  bool MayTell(const std::string& name, int64_t& untold);

 private:
  struct Use {
    TokenBucket calls, refusals;
    int in_flight = 0;
    int64_t untold = 0;
  };
  Use& Of(const std::string& name);

  const CallerLimits limits_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Use> uses_;  // by the identity's name; guarded by mutex_
};

}  // namespace paceline
