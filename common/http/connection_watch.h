// Ends connections that take too long over a request or a reply, however busy they seem.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "common/base/clock.h"

namespace paceline {

// Thread-safe. Connections are known by their descriptors, which stay open until Forget.
class ConnectionWatch {
 public:
  ConnectionWatch();
  ~ConnectionWatch();
  ConnectionWatch(const ConnectionWatch&) = delete;
  ConnectionWatch& operator=(const ConnectionWatch&) = delete;

  // From now on it has that long, whatever it had before.
  void Allow(int descriptor, std::chrono::milliseconds time);
  // It may take as long as it likes, or is gone.
  void Forget(int descriptor);

 private:
  void Run(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<int, SteadyTime> ends_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace paceline
