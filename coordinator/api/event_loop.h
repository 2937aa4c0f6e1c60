// One thread that runs what it is given, in order: the only one that touches the coordinator.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/base/clock.h"

namespace paceline {

// Thread-safe.
class EventLoop {
 public:
  // Calls `tick` on the loop's thread that often, behind whatever was posted before it was due.
  // `clock` outlives the loop.
  EventLoop(const Clock& clock, std::chrono::milliseconds tick_every, std::function<void()> tick);
  ~EventLoop() { Stop(); }
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // False, and the task is dropped, once the loop stops. It works for what the caller works for
  // (CurrentTrace).
  bool Post(std::function<void()> task);
  // Runs the task, which returns an absl::Status or StatusOr, and waits for what it returns.
  // Unavailable once the loop stops.
  template <typename Task>
  auto Call(Task task) -> decltype(task()) {
    std::promise<decltype(task())> promise;
    auto future = promise.get_future();
    if (!Post([&] { promise.set_value(task()); })) {
      return absl::UnavailableError("the coordinator is stopping; try again soon");
    }
    return future.get();
  }
  // Runs what was posted before, then ends. Not from the loop's own thread.
  void Stop();

 private:
  void Run();
  std::vector<std::function<void()>> WaitForTasks();

  const Clock& clock_;
  const std::chrono::milliseconds tick_every_;
  const std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> tasks_;  // guarded by mutex_
  bool stopping_ = false;                     // guarded by mutex_
  SteadyTime next_tick_;
  std::jthread thread_;
};

}  // namespace paceline
