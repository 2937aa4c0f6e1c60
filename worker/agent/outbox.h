// Messages on their way to the coordinator, and the heartbeat between them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "paceline/v1/worker.pb.h"

namespace paceline {

// Closed at first. Thread-safe.
class Outbox {
 public:
  void Open();
  // Dropped unless open.
  void Push(v1::WorkerMessage message);
  // As Push; later ones are dropped.
  void PushLast(v1::WorkerMessage message);
  // Forgets what waits.
  void Close();
  size_t size();

  // The next message, or a Heartbeat if none comes within `interval`; empty after the last one and
  // when closed. For one thread.
  std::optional<v1::WorkerMessage> Next(std::chrono::milliseconds interval);

 private:
  enum class State {
    kClosed,
    kOpen,
    kEnding,  // the last message was pushed
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kClosed;            // guarded by mutex_
  std::deque<v1::WorkerMessage> messages_;  // guarded by mutex_
};

}  // namespace paceline
