// Wakes those who follow jobs. It carries no news itself: they read those from the store.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "coordinator/job/coordinator.h"

namespace paceline {

// Thread-safe.
class WatchHub : public JobObserver {
 public:
  void JobChanged(const std::string& job) override;
  // Wakes everybody for good.
  void Close();

  // Changes of any job so far.
  uint64_t version() const;
  bool closed() const;
  // Those who wait just now.
  int waiting() const;
  // Returns when there was a change after version `seen`, at the latest after `timeout`.
  void WaitBeyond(uint64_t seen, std::chrono::milliseconds timeout);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t version_ = 0;  // guarded by mutex_
  bool closed_ = false;   // guarded by mutex_
  int waiting_ = 0;       // guarded by mutex_
};

}  // namespace paceline
