// What watchers have in common.
#pragma once

#include <chrono>

#include "absl/status/status.h"

namespace paceline {

// A call that lasts longer is made anew; nobody notices.
inline constexpr auto kWatchDeadline = std::chrono::minutes(30);
inline constexpr auto kRetryAfter = std::chrono::milliseconds(500);

// Worth another try: the coordinator is away, restarting, or the call grew old.
inline bool IsPassing(const absl::Status& status) {
  return status.ok() || absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status) || absl::IsAborted(status);
}

}  // namespace paceline
