// Ctrl-C, seen by whoever asks.
#pragma once

namespace paceline {

// While one lives, SIGINT, SIGTERM and SIGHUP do not end the process but are counted. One at a
// time.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  // Since the scope began.
  static int count();
};

}  // namespace paceline
