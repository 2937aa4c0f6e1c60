#include "common/http/connection_watch.h"

#include <sys/socket.h>

namespace paceline {
namespace {

// Between two looks, while there are connections.
constexpr std::chrono::milliseconds kLook{250};

}  // namespace

ConnectionWatch::ConnectionWatch() : thread_([this](std::stop_token stop) { Run(stop); }) {}

ConnectionWatch::~ConnectionWatch() = default;

void ConnectionWatch::Allow(int descriptor, std::chrono::milliseconds time) {
  {
    std::lock_guard lock(mutex_);
    ends_[descriptor] = std::chrono::steady_clock::now() + time;
  }
  wake_.notify_one();
}

void ConnectionWatch::Forget(int descriptor) {
  std::lock_guard lock(mutex_);
  ends_.erase(descriptor);
}

void ConnectionWatch::Run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (wake_.wait(lock, stop, [this] { return !ends_.empty(); }) && !stop.stop_requested()) {
    wake_.wait_for(lock, stop, kLook, [] { return false; });
    const SteadyTime now = std::chrono::steady_clock::now();
    std::erase_if(ends_, [now](const auto& connection) {
      if (connection.second > now) return false;
      shutdown(connection.first, SHUT_RDWR);
      return true;
    });
  }
}

}  // namespace paceline
