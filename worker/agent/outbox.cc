#include "worker/agent/outbox.h"

namespace paceline {

void Outbox::Open() {
  std::lock_guard lock(mutex_);
  messages_.clear();
  state_ = State::kOpen;
}

void Outbox::Push(v1::WorkerMessage message, Span span) {
  std::lock_guard lock(mutex_);
  if (state_ != State::kOpen) return;
  messages_.push_back({std::move(message), std::move(span)});
  changed_.notify_one();
}

void Outbox::PushLast(v1::WorkerMessage message) {
  std::lock_guard lock(mutex_);
  if (state_ != State::kOpen) return;
  messages_.push_back({std::move(message), Span()});
  state_ = State::kEnding;
  changed_.notify_one();
}

void Outbox::Close() {
  std::lock_guard lock(mutex_);
  messages_.clear();
  state_ = State::kClosed;
  changed_.notify_one();
}

size_t Outbox::size() {
  std::lock_guard lock(mutex_);
  return messages_.size();
}

std::optional<v1::WorkerMessage> Outbox::Next(std::chrono::milliseconds interval) {
  sending_.End();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, interval,
                    [this] { return !messages_.empty() || state_ != State::kOpen; });
  if (messages_.empty()) {
    if (state_ != State::kOpen) return std::nullopt;
    v1::WorkerMessage heartbeat;
    heartbeat.mutable_heartbeat();
    return heartbeat;
  }
  v1::WorkerMessage message = std::move(messages_.front().message);
  sending_ = std::move(messages_.front().span);
  messages_.pop_front();
  return message;
}

}  // namespace paceline
