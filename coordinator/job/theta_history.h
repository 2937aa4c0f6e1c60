// The versions of θ that workers may still need, from the oldest living episode's first on: the
// newest in memory, older ones in files once they are more than a bound.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/footprint/history.h"
#include "coordinator/job/theta_segment.h"
#include "coordinator/roster/outgoing.h"

namespace paceline {

// Versions of consecutive steps, to be taken one by one, on any thread, whatever becomes of the
// history.
class ThetaRange {
 public:
  int64_t size() const { return last_ - first_ + 1; }
  // The version of the step that is so many after the first. DataLoss if its file is damaged.
  absl::StatusOr<v1::Theta> At(int64_t index) const;
  // The same, holding a Theta, if it need not be read from a file; else null.
  SharedMessage InMemory(int64_t index) const;
  // Of a version's values.
  uint64_t theta_bytes() const { return theta_bytes_; }

 private:
  friend class ThetaHistory;

  std::string job_;
  int64_t first_ = 0, last_ = -1;
  uint64_t theta_bytes_ = 0;
  std::vector<std::shared_ptr<const ThetaSegment>> segments_;  // in order
  std::vector<SharedMessage> newest_;                          // in order
};

// Not thread-safe.
class ThetaHistory {
 public:
  struct Options {
    // Of its files, all of which are its own; none are written if it is empty.
    std::string folder = {};
    // Of the job: another one of the same name has another (32 characters).
    std::string identity = std::string(ThetaSegment::kIdentityBytes, '0');
    uint64_t memory_bytes = kHistoryMemoryBytes;
    uint64_t segment_bytes = kHistorySegmentBytes;
  };

  ThetaHistory() = default;
  explicit ThetaHistory(Options options) : options_(std::move(options)) {}

  // Takes over what an earlier life left in the folder of the versions `oldest` to `newest` − 1, of
  // so many bytes each, and removes the rest. The step of the version that is to be pushed first:
  // at most `newest`, and `oldest` if nothing is of use.
  int64_t Adopt(const std::string& job, int64_t oldest, int64_t newest, uint64_t theta_bytes);
  // The version after the newest (any, if there is none). Where a file cannot be written, versions
  // stay in memory until it can.
  void Push(const std::string& job, int64_t step, uint64_t hash, std::span<const float> theta);
  void DropBefore(int64_t step);

  bool empty() const { return versions_.empty(); }
  // Holding a Theta; of the version pushed last.
  SharedMessage newest() const { return versions_.back(); }
  // first..last. OutOfRange if one is too old or not there yet, InvalidArgument if the range is
  // empty.
  absl::StatusOr<ThetaRange> Range(int64_t first, int64_t last) const;

  uint64_t bytes_in_memory() const { return memory_bytes_; }
  uint64_t bytes_on_disk() const;

 private:
  // Moves the oldest version in memory to a file.
  absl::Status Spill();

  Options options_;
  int64_t oldest_ = 0;                                  // step, of those not dropped
  std::deque<std::shared_ptr<ThetaSegment>> segments_;  // consecutive steps, before versions_
  std::deque<SharedMessage> versions_;                  // consecutive steps
  uint64_t memory_bytes_ = 0;                           // of versions_
  bool told_ = false;                                   // that a file cannot be written
};

}  // namespace paceline
