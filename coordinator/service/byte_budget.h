// A bound on what many calls hold in memory together.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace paceline {

// Thread-safe.
class ByteBudget {
 public:
  explicit ByteBudget(uint64_t bytes) : bytes_(bytes) {}

  // Calls `go`, now or when others have given back what they hold, in the order of asking: it has
  // so many bytes then (more than all where nobody else has any). It must not wait.
  void Take(uint64_t bytes, std::function<void()> go);
  void GiveBack(uint64_t bytes);
  // Somebody waits.
  bool is_short();

 private:
  struct Asking {
    uint64_t bytes = 0;
    std::function<void()> go;
  };
  // Those who may go now, which is counted.
  std::deque<Asking> LetGo();

  const uint64_t bytes_;
  std::mutex mutex_;
  uint64_t held_ = 0;          // guarded by mutex_
  std::deque<Asking> asking_;  // guarded by mutex_
};

}  // namespace paceline
