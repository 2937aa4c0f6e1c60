#include "coordinator/lease/answer_times.h"

#include <algorithm>
#include <vector>

namespace paceline {

void AnswerTimes::Add(WorkerId worker, double seconds_per_window, bool settled) {
  Own& own = workers_[worker];
  if (settled && !own.settled) own = {.settled = true};
  if (own.settled && !settled) return;
  own.seconds[own.count++ % kKept] = seconds_per_window;
}

void AnswerTimes::Forget(WorkerId worker) {
  if (workers_.size() == 1) (void)Typical();
  workers_.erase(worker);
}

std::optional<double> AnswerTimes::Typical() const {
  std::vector<double> longest;
  for (const auto& [id, own] : workers_) {
    const auto end = own.seconds.begin() + std::min(own.count, kKept);
    longest.push_back(*std::max_element(own.seconds.begin(), end));
  }
  if (!longest.empty()) typical_ = LowerMedian(std::move(longest));
  return typical_;
}

std::optional<double> WindowSeconds(std::span<const std::optional<double>> typical, size_t task) {
  if (task < typical.size() && typical[task]) return typical[task];
  // What is known is above what is not.
  const auto slowest = std::ranges::max_element(typical);
  return slowest == typical.end() ? std::nullopt : *slowest;
}

std::optional<double> LowerMedian(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + (static_cast<int64_t>(values.size()) - 1) / 2;
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace paceline
