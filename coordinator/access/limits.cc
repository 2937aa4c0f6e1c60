#include "coordinator/access/limits.h"

#include <utility>

#include "fmt/format.h"

namespace paceline {

absl::Status Limits::Enter(const Caller& caller) {
  if (caller.shown_by == "local") return absl::OkStatus();
  std::lock_guard lock(mutex_);
  Use& use = Of(caller.name);
  if (use.in_flight >= limits_.in_flight) {
    return absl::ResourceExhaustedError(
        fmt::format("{} has {} calls under way, which is as many as one identity may have; wait "
                    "for some of them to end",
                    caller.name, use.in_flight));
  }
  if (!use.calls.Take(clock_.Now())) {
    return absl::ResourceExhaustedError(
        fmt::format("{} asks too often; an identity may ask {} times a second", caller.name,
                    limits_.calls.per_second));
  }
  ++use.in_flight;
  return absl::OkStatus();
}

void Limits::Leave(const Caller& caller) {
  if (caller.shown_by == "local") return;
  std::lock_guard lock(mutex_);
  --Of(caller.name).in_flight;
}

bool Limits::MayTell(const std::string& name, int64_t& untold) {
  std::lock_guard lock(mutex_);
  Use& use = Of(name);
  if (!use.refusals.Take(clock_.Now())) {
    ++use.untold;
    return false;
  }
  untold = std::exchange(use.untold, 0);
  return true;
}

Limits::Use& Limits::Of(const std::string& name) {
  return uses_
      .try_emplace(
          name, Use{.calls = TokenBucket(limits_.calls), .refusals = TokenBucket(limits_.refusals)})
      .first->second;
}

}  // namespace paceline
