#include "coordinator/metrics/loop_scraper.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace paceline {

struct LoopScraper::Shared {
  explicit Shared(std::function<LoopSnapshot()> how) : take(std::move(how)) {}
  void Take() {
    auto snapshot = std::make_shared<const LoopSnapshot>(take());
    std::lock_guard lock(mutex);
    newest = std::move(snapshot);
    asked = false;
    ++count;
    taken.notify_all();
  }

  const std::function<LoopSnapshot()> take;
  std::mutex mutex;
  std::condition_variable taken;
  bool asked = false;                            // guarded by mutex, as all below
  uint64_t count = 0;                            // of snapshots
  std::shared_ptr<const LoopSnapshot> newest{};  // null before the first
};

LoopScraper::LoopScraper(EventLoop& loop, std::function<LoopSnapshot()> take)
    : loop_(loop), shared_(std::make_shared<Shared>(std::move(take))) {}

LoopScraper::Scrape LoopScraper::Take(std::chrono::milliseconds patience) {
  std::unique_lock lock(shared_->mutex);
  const uint64_t seen = shared_->count;
  if (!std::exchange(shared_->asked, true)) {
    if (!loop_.Post([shared = shared_] { shared->Take(); })) {
      shared_->asked = false;
      return {shared_->newest, true};
    }
  }
  const bool fresh = shared_->taken.wait_for(lock, patience, [&] { return shared_->count > seen; });
  return {shared_->newest, !fresh};
}

}  // namespace paceline
