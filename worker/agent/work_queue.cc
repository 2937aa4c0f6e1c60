#include "worker/agent/work_queue.h"

#include <algorithm>

namespace paceline {

void WorkQueue::Push(WindowRequest request) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  for (WindowRequest& other : waiting_) {
    if (other.block == request.block && other.job == request.job) {
      other = std::move(request);
      return;
    }
  }
  waiting_.push_back(std::move(request));
  changed_.notify_one();
}

std::optional<WindowRequest> WorkQueue::TakeLocked() {
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    if (!busy_.insert({it->job, it->block}).second) continue;
    WindowRequest request = std::move(*it);
    waiting_.erase(it);
    return request;
  }
  return std::nullopt;
}

std::optional<WindowRequest> WorkQueue::Pop(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  std::optional<WindowRequest> request;
  // Nothing is begun once stopping, though the wait asks a last time.
  changed_.wait(lock, stop,
                [&] { return !stop.stop_requested() && (request = TakeLocked()).has_value(); });
  return request;
}

void WorkQueue::Done(const WindowRequest& request) {
  std::unique_lock lock(mutex_);
  busy_.erase({request.job, request.block});
  // A request for the same block may have been waiting for this.
  changed_.notify_one();
  CallIfIdle(std::move(lock));
}

void WorkQueue::Clear() {
  std::lock_guard lock(mutex_);
  waiting_.clear();
}

void WorkQueue::DropJob(const std::string& job) {
  std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const WindowRequest& request) { return request.job == job; });
}

void WorkQueue::DropBlocks(const std::string& job, std::span<const uint32_t> blocks) {
  std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const WindowRequest& request) {
    return request.job == job && std::ranges::find(blocks, request.block) != blocks.end();
  });
}

void WorkQueue::Close(std::function<void()> idle) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  closed_ = true;
  waiting_.clear();
  idle_ = std::move(idle);
  CallIfIdle(std::move(lock));
}

void WorkQueue::CallIfIdle(std::unique_lock<std::mutex> lock) {
  if (!closed_ || !busy_.empty() || !idle_) return;
  const std::function<void()> idle = std::exchange(idle_, nullptr);
  lock.unlock();
  idle();
}

}  // namespace paceline
