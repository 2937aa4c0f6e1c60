#include "coordinator/api/watch_hub.h"

namespace paceline {

void WatchHub::JobChanged(const std::string&) {
  {
    std::lock_guard lock(mutex_);
    ++version_;
  }
  changed_.notify_all();
}

void WatchHub::Close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

uint64_t WatchHub::version() const {
  std::lock_guard lock(mutex_);
  return version_;
}

bool WatchHub::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

int WatchHub::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_;
}

void WatchHub::WaitBeyond(uint64_t seen, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.wait_for(lock, timeout, [&] { return closed_ || version_ > seen; });
  --waiting_;
}

}  // namespace paceline
