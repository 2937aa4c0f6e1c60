// A few threads for requests that may wait for something.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace paceline {

// Thread-safe. The threads give way to all others of the machine.
class HttpPool {
 public:
  HttpPool(int threads, size_t most_waiting);
  ~HttpPool() { Stop(); }
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  // False, and the task is dropped: too many wait, or the pool stops.
  bool Post(std::function<void()> task);
  // Runs what was posted before.
  void Stop();

 private:
  void Run();

  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace paceline
