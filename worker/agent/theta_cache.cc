#include "worker/agent/theta_cache.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace paceline {

namespace {

size_t BytesOf(const ThetaVersion& theta) { return theta.values.size() * sizeof(float); }

}  // namespace

bool ThetaCache::Put(ThetaPtr theta) {
  std::lock_guard lock(mutex_);
  const auto held = thetas_.find(theta->step);
  if (held != thetas_.end()) return held->second->hash == theta->hash;
  InsertLocked(std::move(theta));
  TrimLocked();
  return true;
}

void ThetaCache::InsertLocked(ThetaPtr theta) {
  const int64_t step = theta->step;
  const size_t bytes = BytesOf(*theta);
  if (thetas_.try_emplace(step, std::move(theta)).second) bytes_ += bytes;
}

void ThetaCache::EraseBeforeLocked(int64_t step) {
  while (!thetas_.empty() && thetas_.begin()->first < step) {
    bytes_ -= BytesOf(*thetas_.begin()->second);
    thetas_.erase(thetas_.begin());
  }
}

void ThetaCache::TrimLocked() {
  while (bytes_ > max_bytes_ && thetas_.size() > 1) {
    EraseBeforeLocked(thetas_.begin()->first + 1);
  }
}

absl::StatusOr<std::vector<ThetaPtr>> ThetaCache::Get(int64_t first, int64_t last,
                                                      const FetchThetas& fetch) {
  std::vector<ThetaPtr> found;
  std::unique_lock lock(mutex_);
  for (int64_t step = first; step <= last;) {
    const auto held = thetas_.find(step);
    if (held != thetas_.end()) {
      // Collected as they come, so that a prune in between takes none of them away.
      found.push_back(held->second);
      ++step;
      continue;
    }
    if (absl::Status status = FetchMissing(step, last, fetch, lock); !status.ok()) return status;
  }
  TrimLocked();
  return found;
}

absl::Status ThetaCache::FetchMissing(int64_t first, int64_t last, const FetchThetas& fetch,
                                      std::unique_lock<std::mutex>& lock) {
  if (fetching_) {
    fetched_.wait(lock, [this] { return !fetching_; });
    return absl::OkStatus();
  }
  const auto next_held = thetas_.lower_bound(first);
  if (next_held != thetas_.end()) last = std::min(last, next_held->first - 1);
  fetching_ = true;
  lock.unlock();
  absl::StatusOr<std::vector<ThetaPtr>> thetas = fetch(first, last);
  lock.lock();
  fetching_ = false;
  fetched_.notify_all();
  if (!thetas.ok()) return thetas.status();
  for (const ThetaPtr& theta : *thetas) InsertLocked(theta);
  if (thetas_.contains(first)) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the coordinator sent no theta of outer step ", first, " though asked for it"));
}

void ThetaCache::PruneBefore(int64_t step) {
  std::lock_guard lock(mutex_);
  if (thetas_.empty()) return;
  EraseBeforeLocked(std::min(step, thetas_.rbegin()->first));
}

size_t ThetaCache::size() const {
  std::lock_guard lock(mutex_);
  return thetas_.size();
}

}  // namespace paceline
