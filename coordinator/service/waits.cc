#include "coordinator/service/waits.h"

#include "spdlog/spdlog.h"

namespace paceline {

Waits::Wait::Wait(Waits& all, grpc::CallbackServerContext* context) : all_(all), context_(context) {
  std::lock_guard lock(all_.mutex_);
  all_.since_[context_] = all_.clock_.Now();
}

Waits::Wait::~Wait() {
  std::lock_guard lock(all_.mutex_);
  all_.since_.erase(context_);
}

void Waits::EndLate() {
  std::lock_guard lock(mutex_);
  for (auto& [context, since] : since_) {
    if (clock_.Now() - since < patience_) continue;
    spdlog::warn("a call from {} is ended: it has not {} for {} ms", context->peer(), what_,
                 patience_.count());
    context->TryCancel();
    since = SteadyTime::max() - patience_;  // once
  }
}

}  // namespace paceline
