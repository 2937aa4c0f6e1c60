// Whether the coordinator does its work, for whoever watches over it.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/clock.h"

namespace paceline {

// The loop has a turn four times a second; longer than this, and it is stuck.
inline constexpr std::chrono::seconds kLoopPatience{10};

// What was last seen of it.
struct Vitals {
  std::optional<SteadyTime> pulse = {};  // the loop's newest turn; nothing: it has not begun
  std::string waits = {};                // why its job waits ("waits for room on the disk: ...")
  std::string fatal = {};                // why it cannot go on
  bool stopping = false;
};

// Empty: all is well; else the reason why not, for a person.
//
// Healthy is who does its work; whoever starts or stops as told is. Ready is who answers requests.
std::string WhyUnhealthy(const Vitals& vitals, SteadyTime now);
std::string WhyNotReady(const Vitals& vitals, SteadyTime now);

// Thread-safe; nobody waits for anything here.
class HealthBoard {
 public:
  // `clock` outlives the board.
  explicit HealthBoard(const Clock& clock) : clock_(clock) {}

  // A turn of the loop.
  void Beat(std::string waits, std::string fatal);
  void SayStopping();

  std::string WhyUnhealthy() const;
  std::string WhyNotReady() const;

 private:
  Vitals Copy() const;

  const Clock& clock_;
  mutable std::mutex mutex_;
  Vitals vitals_;  // guarded by mutex_
};

}  // namespace paceline
