#include "common/http/http_stream.h"

#include <algorithm>
#include <utility>

namespace paceline {

bool HttpStream::Push(std::string_view text) {
  std::lock_guard lock(mutex_);
  if (waiting_.size() + text.size() > most_waiting_) ended_ = true;
  if (!ended_) waiting_ += text;
  Wake();
  return !ended_;
}

void HttpStream::End() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  Wake();
}

bool HttpStream::ended() const {
  std::lock_guard lock(mutex_);
  return ended_;
}

size_t HttpStream::Take(char* place, size_t room, const std::function<void()>& sleep,
                        std::function<void()> wake, bool* over) {
  std::lock_guard lock(mutex_);
  const size_t taken = waiting_.copy(place, room);
  waiting_.erase(0, taken);
  *over = taken == 0 && ended_;
  if (taken == 0 && !ended_) {
    sleep();
    wake_ = std::move(wake);
  }
  return taken;
}

void HttpStream::Leave() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  wake_ = nullptr;
}

void HttpStream::Wake() {
  if (const auto wake = std::exchange(wake_, nullptr)) wake();
}

}  // namespace paceline
