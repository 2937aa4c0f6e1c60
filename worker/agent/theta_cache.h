// The versions of one job's θ that a worker holds.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

struct ThetaVersion {
  int64_t step = 0;
  uint64_t hash = 0;
  std::vector<float> values;  // [P]
};
using ThetaPtr = std::shared_ptr<const ThetaVersion>;

// Gets versions first..last from the coordinator, in order.
using FetchThetas =
    std::function<absl::StatusOr<std::vector<ThetaPtr>>(int64_t first, int64_t last)>;

// Thread-safe. The oldest versions are forgotten where all take more than `max_bytes`: they can be
// fetched again.
class ThetaCache {
 public:
  static constexpr size_t kMaxBytes = size_t{256} << 20;
  explicit ThetaCache(size_t max_bytes = kMaxBytes) : max_bytes_(max_bytes) {}

  // False, and nothing changes, if a different θ is held for that step: the job has another history
  // now.
  bool Put(ThetaPtr theta);
  // Versions first..last in order. Those not held are fetched, outside the lock, and once however
  // many threads ask. Errors are those of `fetch`; Internal if it leaves a version out.
  absl::StatusOr<std::vector<ThetaPtr>> Get(int64_t first, int64_t last, const FetchThetas& fetch);
  // Forgets versions before `step`. The newest stays in any case: it was sent for windows to come.
  void PruneBefore(int64_t step);
  size_t size() const;

 private:
  void InsertLocked(ThetaPtr theta);
  void EraseBeforeLocked(int64_t step);
  // All but the newest version may go.
  void TrimLocked();
  absl::Status FetchMissing(int64_t first, int64_t last, const FetchThetas& fetch,
                            std::unique_lock<std::mutex>& lock);

  mutable std::mutex mutex_;
  std::condition_variable fetched_;
  bool fetching_ = false;               // guarded by mutex_
  std::map<int64_t, ThetaPtr> thetas_;  // guarded by mutex_
  size_t bytes_ = 0;                    // guarded by mutex_; of their values
  const size_t max_bytes_;
};

}  // namespace paceline
