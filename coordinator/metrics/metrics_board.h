// Where a scrape asks and a coordinator that runs answers; it outlives both.
#pragma once

#include <functional>
#include <shared_mutex>
#include <string>

#include "common/metrics/families.h"
#include "coordinator/access/access_refusal.h"
#include "coordinator/api/health.h"

namespace paceline {

void AddAccessFamilies(const AccessMeters& access, Families& families);

// Thread-safe.
class MetricsBoard {
 public:
  struct Options {
    std::string data_folder;
    std::string certificate = {};          // the server's, a PEM file; empty: it has none
    const AccessMeters* access = nullptr;  // may be null; outlives the board
  };

  // `health` outlives the board.
  MetricsBoard(Options options, const HealthBoard& health)
      : options_(std::move(options)), health_(health) {}

  // `tell` is called by scrapes, on their threads, until Detach returns.
  void Attach(std::function<void(Families&)> tell);
  void Detach();

  void Tell(Families& families);

 private:
  const Options options_;
  const HealthBoard& health_;
  std::shared_mutex mutex_;
  std::function<void(Families&)> tell_;  // guarded by mutex_; empty while none runs
};

}  // namespace paceline
