#include "coordinator/api/event_loop.h"

#include "common/trace/current.h"

namespace paceline {

EventLoop::EventLoop(const Clock& clock, std::chrono::milliseconds tick_every,
                     std::function<void()> tick)
    : clock_(clock),
      tick_every_(tick_every),
      tick_(std::move(tick)),
      next_tick_(clock.Now() + tick_every),
      thread_([this] { Run(); }) {}

bool EventLoop::Post(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    tasks_.push_back(WithCurrentTrace(std::move(task)));
  }
  wake_.notify_one();
  return true;
}

void EventLoop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void EventLoop::Run() {
  while (true) {
    const auto tasks = WaitForTasks();
    if (tasks.empty()) return;
    for (const auto& task : tasks) task();
  }
}

// Everything posted so far, with a tick at the end if one is due; nothing when the loop is to end.
std::vector<std::function<void()>> EventLoop::WaitForTasks() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, next_tick_ - clock_.Now(), [this] { return stopping_ || !tasks_.empty(); });
  std::vector<std::function<void()>> tasks;
  tasks.swap(tasks_);
  const auto now = clock_.Now();
  if (!stopping_ && now >= next_tick_) {
    next_tick_ = now + tick_every_;
    tasks.push_back(tick_);
  }
  if (tasks.empty() && !stopping_) tasks.push_back([] {});
  return tasks;
}

}  // namespace paceline
