// Values by key, each loaded by the first that asks for it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "absl/status/statusor.h"

namespace paceline {

// Thread-safe. One thread loads a key while those that want it too wait; nobody else does: no lock
// is held during a load. A failure is not remembered: the next that asks loads again. Values that
// nobody holds any more stay: all of them, or those asked for last that take at most keep_bytes
// together.
template <class Key, class T>
class LoadOnce {
 public:
  using Loaded = absl::StatusOr<std::shared_ptr<const T>>;

  using BytesOf = uint64_t (*)(const T& value);

  LoadOnce() = default;
  LoadOnce(uint64_t keep_bytes, BytesOf bytes_of) : keep_bytes_(keep_bytes), bytes_of_(bytes_of) {}

  // load: () → Loaded
  template <class Load>
  Loaded Get(const Key& key, const Load& load) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !loading_.contains(key); });
    if (const auto found = values_.find(key); found != values_.end()) {
      found->second.asked = ++asked_;
      return found->second.value;
    }
    loading_.insert(key);
    lock.unlock();
    Loaded loaded = load();
    lock.lock();
    loading_.erase(key);
    if (loaded.ok()) {
      values_.emplace(key, Value{*loaded, ++asked_});
      DropSome();
    }
    changed_.notify_all();
    return loaded;
  }

 private:
  struct Value {
    std::shared_ptr<const T> value;
    uint64_t asked = 0;  // when last, among all questions
  };

  // The mutex is held.
  void DropSome() {
    if (bytes_of_ == nullptr) return;
    for (;;) {
      uint64_t unheld = 0;
      auto oldest = values_.end();
      for (auto at = values_.begin(); at != values_.end(); ++at) {
        if (at->second.value.use_count() > 1) continue;
        unheld += bytes_of_(*at->second.value);
        if (oldest == values_.end() || at->second.asked < oldest->second.asked) oldest = at;
      }
      if (unheld <= keep_bytes_) return;
      values_.erase(oldest);
    }
  }

  const uint64_t keep_bytes_ = 0;
  const BytesOf bytes_of_ = nullptr;
  uint64_t asked_ = 0;  // guarded by mutex_
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<Key> loading_;        // guarded by mutex_
  std::map<Key, Value> values_;  // guarded by mutex_
};

}  // namespace paceline
