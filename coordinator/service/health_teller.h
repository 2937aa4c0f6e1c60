// Passes on whether the coordinator is ready, to whoever cannot ask the board itself.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "coordinator/api/health.h"

namespace paceline {

class HealthTeller {
 public:
  static constexpr std::chrono::milliseconds kEvery{500};

  // `tell` hears at once, then whenever it has changed, on a thread of its own: a loop that is
  // stuck tells nothing. `board` outlives the teller.
  HealthTeller(const HealthBoard& board, std::function<void(bool ready)> tell);

 private:
  void Run(const std::stop_token& stop);

  const HealthBoard& board_;
  const std::function<void(bool)> tell_;
  std::mutex mutex_;
  std::condition_variable_any never_;
  std::jthread thread_;
};

}  // namespace paceline
