#include "coordinator/service/health_teller.h"

#include <optional>
#include <utility>

namespace paceline {

HealthTeller::HealthTeller(const HealthBoard& board, std::function<void(bool)> tell)
    : board_(board),
      tell_(std::move(tell)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void HealthTeller::Run(const std::stop_token& stop) {
  std::optional<bool> told;
  while (!stop.stop_requested()) {
    const bool ready = board_.WhyNotReady().empty();
    if (told != ready) tell_(ready);
    told = ready;
    std::unique_lock lock(mutex_);
    never_.wait_for(lock, stop, kEvery, [] { return false; });
  }
}

}  // namespace paceline
