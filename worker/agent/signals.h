// SIGTERM and SIGINT as a call.
#pragma once

#include <functional>
#include <thread>

namespace paceline {

// Keeps SIGTERM and SIGINT for a SignalWatcher. To be called before any thread is started (gRPC
// starts some with the first channel): one that does not know of it would be ended by them.
void HoldStopSignals();

// The first SIGTERM or SIGINT calls `on_first` on a thread of its own; the second ends the program
// at once with status 128 + signal. Needs HoldStopSignals.
class SignalWatcher {
 public:
  explicit SignalWatcher(std::function<void(int signal)> on_first);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  void Watch();

  std::function<void(int)> on_first_;
  int signals_;  // signalfd
  int ended_;    // eventfd
  std::jthread thread_;
};

}  // namespace paceline
