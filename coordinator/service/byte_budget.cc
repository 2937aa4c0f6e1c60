#include "coordinator/service/byte_budget.h"

#include <utility>

namespace paceline {

void ByteBudget::Take(uint64_t bytes, std::function<void()> go) {
  {
    std::lock_guard lock(mutex_);
    asking_.push_back({bytes, std::move(go)});
  }
  for (const Asking& next : LetGo()) next.go();
}

void ByteBudget::GiveBack(uint64_t bytes) {
  {
    std::lock_guard lock(mutex_);
    held_ -= bytes;
  }
  for (const Asking& next : LetGo()) next.go();
}

bool ByteBudget::is_short() {
  std::lock_guard lock(mutex_);
  return !asking_.empty();
}

std::deque<ByteBudget::Asking> ByteBudget::LetGo() {
  std::lock_guard lock(mutex_);
  std::deque<Asking> going;
  while (!asking_.empty() && (held_ == 0 || held_ + asking_.front().bytes <= bytes_)) {
    held_ += asking_.front().bytes;
    going.push_back(std::move(asking_.front()));
    asking_.pop_front();
  }
  return going;
}

}  // namespace paceline
