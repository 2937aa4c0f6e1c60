// What a scrape reads off the coordinator's loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "common/base/distribution.h"
#include "coordinator/api/event_loop.h"
#include "coordinator/job/numbers.h"

namespace paceline {

struct LoopSnapshot {
  CoordinatorNumbers numbers = {};
  Distribution lag{ShortSecondsBounds()};  // of the loop's ticks, behind their time
};

// Thread-safe.
class LoopScraper {
 public:
  static constexpr std::chrono::milliseconds kPatience{1000};

  struct Scrape {
    std::shared_ptr<const LoopSnapshot> snapshot = {};  // null: there never was one
    bool stale = false;                                 // it is of an earlier scrape
  };

  // `take` is called on the loop, which outlives the scraper, as does what `take` uses.
  LoopScraper(EventLoop& loop, std::function<LoopSnapshot()> take);

  // One task of the loop, for all who ask meanwhile. A loop that does not come to it within
  // `patience`, or has stopped, has the newest snapshot that there is told once more.
  Scrape Take(std::chrono::milliseconds patience = kPatience);

 private:
  struct Shared;

  EventLoop& loop_;
  const std::shared_ptr<Shared> shared_;
};

}  // namespace paceline
