// Values by key, each loaded by the first that asks for it.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "absl/status/statusor.h"

namespace paceline {

// Thread-safe. One thread loads a key while those that want it too wait; nobody else does: no lock
// is held during a load. A failure is not remembered: the next that asks loads again.
template <class Key, class T>
class LoadOnce {
 public:
  using Loaded = absl::StatusOr<std::shared_ptr<const T>>;

  // load: () → Loaded
  template <class Load>
  Loaded Get(const Key& key, const Load& load) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !loading_.contains(key); });
    if (const auto found = values_.find(key); found != values_.end()) return found->second;
    loading_.insert(key);
    lock.unlock();
    Loaded loaded = load();
    lock.lock();
    loading_.erase(key);
    if (loaded.ok()) values_.emplace(key, *loaded);
    changed_.notify_all();
    return loaded;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<Key> loading_;                           // guarded by mutex_
  std::map<Key, std::shared_ptr<const T>> values_;  // guarded by mutex_
};

}  // namespace paceline
