// Waiting for room on the disk: what a full disk refuses is tried again until it goes through, and
// every other failure of the store is not a matter of waiting.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"

namespace paceline {

// Not thread-safe.
class DiskRoom {
 public:
  static constexpr std::chrono::seconds kRetryInterval{1};

  // A change of the store failed. False unless it lacked room.
  bool Refused(const absl::Status& status, SteadyTime now);
  // A change went through. How long there was no room, if it was waited for.
  std::optional<std::chrono::milliseconds> Granted(SteadyTime now);

  bool waits() const { return !message_.empty(); }
  // Always, while nothing waits.
  bool MayTry(SteadyTime now) const { return !waits() || now >= next_try_; }
  // "waits for room on the disk: ..."; empty while nothing waits.
  const std::string& message() const { return message_; }

 private:
  std::string message_;
  SteadyTime since_{};
  SteadyTime next_try_{};
};

}  // namespace paceline
