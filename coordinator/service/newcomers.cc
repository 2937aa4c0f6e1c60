#include "coordinator/service/newcomers.h"

#include "spdlog/spdlog.h"

namespace paceline {

Newcomers::Wait::Wait(Newcomers& all, grpc::ServerContext* context) : all_(all), context_(context) {
  std::lock_guard lock(all_.mutex_);
  all_.since_[context_] = all_.clock_.Now();
}

Newcomers::Wait::~Wait() {
  std::lock_guard lock(all_.mutex_);
  all_.since_.erase(context_);
}

void Newcomers::EndLate() {
  std::lock_guard lock(mutex_);
  for (auto& [context, since] : since_) {
    if (clock_.Now() - since < patience_) continue;
    spdlog::warn("a stream from {} is ended: it has not said Hello for {} ms", context->peer(),
                 patience_.count());
    context->TryCancel();
    since = SteadyTime::max() - patience_;  // once
  }
}

}  // namespace paceline
