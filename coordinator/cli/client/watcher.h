// The messages of a stream that tells how something stands, as a queue, filled by a thread that
// survives the coordinator's restarts.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "common/rpc/trace_metadata.h"
#include "coordinator/cli/client/passing.h"
#include "fmt/format.h"
#include "grpcpp/client_context.h"

namespace paceline {

// Thread-safe.
template <class Message>
class Watcher {
 public:
  struct Options {
    std::string coordinator;  // its address, for messages
    // It gives up when the coordinator has not been reached for so long, by `clock`, which outlives
    // the watcher.
    std::chrono::seconds patience;
    const Clock& clock;
  };
  using Take = std::function<void(Message)>;
  // One call of the stream, on the watcher's thread: hands over what comes, returns how it ended.
  using Call = std::function<absl::Status(grpc::ClientContext&, const Take&)>;

  // What `is_last` is true of is followed by nothing.
  Watcher(Options options, Call call, std::function<bool(const Message&)> is_last)
      : options_(std::move(options)),
        call_(std::move(call)),
        is_last_(std::move(is_last)),
        heard_at_(options_.clock.Now()),
        thread_([this](const std::stop_token& stop) { Run(stop); }) {}
  // Ends the call in progress.
  ~Watcher() {
    thread_.request_stop();
    thread_.join();
  }

  // The next message; nothing if none came within `timeout`, or if there will be none.
  std::optional<Message> Next(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return !queue_.empty() || ended_; });
    if (queue_.empty()) return std::nullopt;
    Message message = std::move(queue_.front());
    queue_.pop_front();
    return message;
  }
  // There will be no more messages: what is watched has ended, or status() says why not.
  bool ended() const {
    std::lock_guard lock(mutex_);
    return ended_ && queue_.empty();
  }
  absl::Status status() const {
    std::lock_guard lock(mutex_);
    return status_;
  }
  // What is wrong with the connection; empty while all is well.
  std::string trouble() const {
    std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  void Run(const std::stop_token& stop) {
    while (true) {
      const absl::Status status = WatchOnce(stop);
      if ((status.ok() && seen_last_) || stop.stop_requested()) return End(absl::OkStatus());
      const bool patient = options_.clock.Now() - heard_at_ < options_.patience;
      if (!IsPassing(status) || !patient) return End(status);
      std::unique_lock lock(mutex_);
      if (absl::IsUnavailable(status)) {
        trouble_ = fmt::format("the coordinator at {} is away; trying again", options_.coordinator);
      }
      changed_.wait_for(lock, stop, kRetryAfter, [] { return false; });
    }
  }

  absl::Status WatchOnce(const std::stop_token& stop) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kWatchDeadline);
    SendTrace(context);
    const std::stop_callback cancel(stop, [&context] { context.TryCancel(); });
    return call_(context, [this](Message message) { Add(std::move(message)); });
  }

  void Add(Message message) {
    heard_at_ = options_.clock.Now();
    seen_last_ = is_last_(message);
    std::lock_guard lock(mutex_);
    trouble_.clear();
    queue_.push_back(std::move(message));
    changed_.notify_all();
  }

  void End(absl::Status status) {
    std::lock_guard lock(mutex_);
    status_ = std::move(status);
    ended_ = true;
    changed_.notify_all();
  }

  const Options options_;
  const Call call_;
  const std::function<bool(const Message&)> is_last_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Message> queue_;  // guarded by mutex_
  std::string trouble_;        // guarded by mutex_
  absl::Status status_;        // guarded by mutex_
  bool ended_ = false;         // guarded by mutex_
  bool seen_last_ = false;     // of the thread
  SteadyTime heard_at_;        // of the thread
  std::jthread thread_;
};

}  // namespace paceline
