#include "coordinator/service/live_calls.h"

#include <vector>

namespace paceline {

LiveCalls::Call::Call(LiveCalls& all, Caller caller, End end) : all_(all) {
  std::lock_guard lock(all_.mutex_);
  place_ = all_.calls_.emplace(all_.calls_.end(), std::move(caller), std::move(end));
}

LiveCalls::Call::~Call() {
  std::lock_guard lock(all_.mutex_);
  all_.calls_.erase(place_);
}

void LiveCalls::EndBad(const std::function<absl::Status(const Caller&)>& still_good) {
  std::vector<std::pair<End, absl::Status>> bad;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [caller, end] : calls_) {
      absl::Status status = still_good(caller);
      if (!status.ok()) bad.emplace_back(end, std::move(status));
    }
  }
  for (const auto& [end, status] : bad) end(status);
}

}  // namespace paceline
