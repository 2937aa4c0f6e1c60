// Who is told of reasons that come up on threads of others.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace paceline {

// Thread-safe. It is never destroyed where threads may outlive what else the program has.
class ReasonListener {
 public:
  // Empty: nobody listens. Once this returns, the one before is not called any more.
  void Set(std::function<void(const std::string& reason)> hear) {
    std::lock_guard lock(mutex_);
    hear_ = std::move(hear);
  }
  void Tell(const std::string& reason) {
    std::lock_guard lock(mutex_);
    if (hear_) hear_(reason);
  }

 private:
  std::mutex mutex_;
  std::function<void(const std::string&)> hear_;  // guarded by mutex_
};

}  // namespace paceline
