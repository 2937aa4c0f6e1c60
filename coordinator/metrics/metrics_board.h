// Where a scrape asks and a coordinator that runs answers; it outlives both.
#pragma once

#include <functional>
#include <shared_mutex>
#include <string>

#include "common/metrics/families.h"
#include "coordinator/api/health.h"
#include "coordinator/metrics/access_meters.h"

namespace paceline {

// Thread-safe.
class MetricsBoard {
 public:
  struct Options {
    std::string data_folder;
    std::string certificate = {};  // the server's, a PEM file; empty: it has none
  };

  // `health` outlives the board.
  MetricsBoard(Options options, const HealthBoard& health)
      : options_(std::move(options)), health_(health) {}

  AccessMeters& access() { return access_; }

  // `tell` is called by scrapes, on their threads, until Detach returns.
  void Attach(std::function<void(Families&)> tell);
  void Detach();

  void Tell(Families& families);

 private:
  const Options options_;
  const HealthBoard& health_;
  AccessMeters access_;
  std::shared_mutex mutex_;
  std::function<void(Families&)> tell_;  // guarded by mutex_; empty while none runs
};

}  // namespace paceline
