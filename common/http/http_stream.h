// A body that is written while it is sent, for as long as its reader keeps up.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace paceline {

// Thread-safe; nobody waits here.
class HttpStream {
 public:
  // What may wait for a slow reader; more, and the stream ends.
  explicit HttpStream(size_t most_waiting = 256 << 10) : most_waiting_(most_waiting) {}

  // False: the stream has ended, and nobody will read this.
  bool Push(std::string_view text);
  // After what waits.
  void End();
  bool ended() const;

  // ---- for the server

  // At most `room` bytes; 0 if none wait, and then `sleep` was called under the lock, to be
  // followed by one call of `wake`, or, with *over set, none will ever come.
  size_t Take(char* place, size_t room, const std::function<void()>& sleep,
              std::function<void()> wake, bool* over);
  // Its reader has gone.
  void Leave();

 private:
  void Wake();

  const size_t most_waiting_;
  mutable std::mutex mutex_;
  std::string waiting_;         // guarded by mutex_
  bool ended_ = false;          // guarded by mutex_
  std::function<void()> wake_;  // guarded by mutex_; set while the reader sleeps
};

}  // namespace paceline
