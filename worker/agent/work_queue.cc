#include "worker/agent/work_queue.h"

#include <algorithm>

namespace paceline {

void WorkQueue::Push(WindowRequest request) {
  std::lock_guard lock(mutex_);
  if (!closed_) PutLocked(std::move(request));
}

void WorkQueue::PutLocked(WindowRequest request) {
  const Key key{request.job, request.block};
  if (const auto turn = turns_.find(key); turn != turns_.end()) {
    waiting_[turn->second] = std::move(request);
    return;
  }
  const auto took = took_.find(key);
  const Turn turn{took == took_.end() ? SteadyTime::duration::max() : took->second, ++requests_};
  turns_[key] = turn;
  waiting_[turn] = std::move(request);
  changed_.notify_one();
}

std::optional<WindowRequest> WorkQueue::TakeLocked() {
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    const Key key{it->second.job, it->second.block};
    if (!busy_.try_emplace(key, clock_.Now()).second) continue;
    WindowRequest request = std::move(it->second);
    waiting_.erase(it);
    turns_.erase(key);
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
  const auto began = busy_.find({request.job, request.block});
  if (began != busy_.end()) {
    took_[began->first] = clock_.Now() - began->second;
    busy_.erase(began);
  }
  // A request for the same block may have been waiting for this.
  changed_.notify_one();
  CallIfIdle(std::move(lock));
}

template <typename Condition>
void WorkQueue::DropLocked(const Condition& condition) {
  std::erase_if(waiting_, [&](const auto& entry) {
    if (!condition(entry.second)) return false;
    turns_.erase({entry.second.job, entry.second.block});
    return true;
  });
}

void WorkQueue::Clear() {
  std::unique_lock lock(mutex_);
  waiting_.clear();
  turns_.clear();
  CallIfIdle(std::move(lock));
}

void WorkQueue::DropJob(const std::string& job) {
  std::unique_lock lock(mutex_);
  DropLocked([&](const WindowRequest& request) { return request.job == job; });
  std::erase_if(took_, [&](const auto& entry) { return entry.first.first == job; });
  CallIfIdle(std::move(lock));
}

void WorkQueue::DropBlocks(const std::string& job, std::span<const uint32_t> blocks) {
  std::unique_lock lock(mutex_);
  DropLocked([&](const WindowRequest& request) {
    return request.job == job && std::ranges::find(blocks, request.block) != blocks.end();
  });
  for (const uint32_t block : blocks) took_.erase({job, block});
  CallIfIdle(std::move(lock));
}

void WorkQueue::Close(std::vector<WindowRequest> last, std::function<void()> idle) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  closed_ = true;
  waiting_.clear();
  turns_.clear();
  for (WindowRequest& request : last) PutLocked(std::move(request));
  idle_ = std::move(idle);
  CallIfIdle(std::move(lock));
}

void WorkQueue::CallIfIdle(std::unique_lock<std::mutex> lock) {
  if (!closed_ || !IdleLocked() || !idle_) return;
  const std::function<void()> idle = std::exchange(idle_, nullptr);
  lock.unlock();
  idle();
  lock.lock();
  idle_called_ = true;
  over_.notify_all();
}

QueueNumbers WorkQueue::Numbers() {
  const SteadyTime now = clock_.Now();
  std::lock_guard lock(mutex_);
  QueueNumbers numbers{.waiting = waiting_.size(), .under_way = busy_.size()};
  for (const auto& [block, since] : busy_) {
    const std::chrono::duration<double> taken = now - since;
    numbers.longest_seconds = std::max(numbers.longest_seconds, taken.count());
  }
  return numbers;
}

bool WorkQueue::WaitIdle() {
  std::unique_lock lock(mutex_);
  over_.wait(lock, [this] { return abandoned_ || idle_called_; });
  return idle_called_;
}

void WorkQueue::Abandon() {
  std::lock_guard lock(mutex_);
  abandoned_ = true;
  over_.notify_all();
}

}  // namespace paceline
