#include "coordinator/job/event_limit.h"

#include <utility>

namespace paceline {

bool EventLimit::Admit(WorkerId about) {
  const SteadyTime now = clock_.Now();
  TokenBucket& own = own_.try_emplace(about, kOfOne).first->second;
  const bool admitted = own.Take(now) && all_.Take(now);
  if (!admitted) ++suppressed_;
  return admitted;
}

std::optional<uint64_t> EventLimit::TakeSuppressed() {
  if (suppressed_ == 0 || clock_.Now() - told_ < kTellAgain) return std::nullopt;
  told_ = clock_.Now();
  return std::exchange(suppressed_, 0);
}

}  // namespace paceline
