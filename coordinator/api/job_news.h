// What happened in one job, in order of time: its events and its outer steps, as the store has
// them, and the measurements of its θ.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/store/store.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Not thread-safe.
class JobNews {
 public:
  // Of outer steps those after `after_step`. `store` outlives the object.
  JobNews(Store& store, std::string job, int64_t after_step)
      : store_(store), job_(std::move(job)), step_(after_step) {}

  // All that there are by now; those that were added before change nothing.
  void AddHeldOut(const std::vector<v1::HeldOutRecord>& records);
  // Hands over what has happened since the last call, of outer steps those up to `last_step`. Ends
  // early, with OK and for good, where `write` says false. NotFound if there is no such job.
  using Write = std::function<bool(const v1::LogEntry&)>;
  absl::Status Read(const Write& write, int64_t last_step = std::numeric_limits<int64_t>::max());

 private:
  absl::Status ReadEvents();
  void HandOver(const Write& write, const v1::LogEntry& entry);
  // Those of pending_ from before then.
  void HandOverPending(const Write& write, int64_t unix_ms);

  Store& store_;
  const std::string job_;
  int64_t step_;                       // of the newest record handed over
  int64_t event_ = 0;                  // newest one read
  std::set<int64_t> held_out_;         // steps of those added
  std::vector<v1::LogEntry> pending_;  // but outer steps: known and not handed over yet
  bool broken_ = false;
};

}  // namespace paceline
