// Windows waiting for a free thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

namespace paceline {

// One block of one RunWindows message.
struct WindowRequest {
  std::string job;
  int64_t step = 0;
  uint64_t theta_hash = 0;
  uint64_t epoch = 0;
  uint32_t block = 0;
  // Which connection to the coordinator it came by; answers to an earlier one are not sent.
  uint64_t session = 0;
};

// First in, first out, but no block is in two threads' hands at once. Thread-safe.
class WorkQueue {
 public:
  // Takes the place of a request for the same block that still waits. Ignored after Close.
  void Push(WindowRequest request);
  // Waits for a request; its block is busy until Done. Empty once `stop` is asked for.
  std::optional<WindowRequest> Pop(std::stop_token stop);
  void Done(const WindowRequest& request);

  // Waiting requests are forgotten; those in threads' hands go on.
  void Clear();
  void DropJob(const std::string& job);
  void DropBlocks(const std::string& job, std::span<const uint32_t> blocks);

  // Forgets what waits and accepts nothing more. `idle` is called once, on some thread, when no
  // request is in a thread's hands; later calls of Close do nothing.
  void Close(std::function<void()> idle);

 private:
  using Key = std::pair<std::string, uint32_t>;
  std::optional<WindowRequest> TakeLocked();
  void CallIfIdle(std::unique_lock<std::mutex> lock);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<WindowRequest> waiting_;  // guarded by mutex_
  std::set<Key> busy_;                // guarded by mutex_
  bool closed_ = false;               // guarded by mutex_
  std::function<void()> idle_;        // guarded by mutex_
};

}  // namespace paceline
