// Messages on their way to the coordinator, and the heartbeat between them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "common/trace/span.h"
#include "paceline/v1/worker.pb.h"

namespace paceline {

// Closed at first. Thread-safe.
class Outbox {
 public:
  void Open();
  // Dropped unless open. `span` ends when the message has been sent, or is dropped.
  void Push(v1::WorkerMessage message, Span span = {});
  // As Push; later ones are dropped.
  void PushLast(v1::WorkerMessage message);
  // Forgets what waits.
  void Close();
  size_t size();

  // The next message, or a Heartbeat if none comes within `interval`; empty after the last one and
  // when closed. For one thread, which has sent the message before.
  std::optional<v1::WorkerMessage> Next(std::chrono::milliseconds interval);

 private:
  enum class State {
    kClosed,
    kOpen,
    kEnding,  // the last message was pushed
  };

  struct Item {
    v1::WorkerMessage message;
    Span span;
  };

  Span sending_;  // of the thread of Next
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kClosed;  // guarded by mutex_
  std::deque<Item> messages_;     // guarded by mutex_
};

}  // namespace paceline
