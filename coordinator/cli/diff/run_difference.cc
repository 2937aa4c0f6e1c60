#include "coordinator/cli/diff/run_difference.h"

#include <algorithm>
#include <utility>

namespace paceline {
namespace {

class Comparison {
 public:
  Comparison(const Run& a, const Run& b) : a_(a), b_(b) {
    found_.steps = std::min(a.steps, b.steps);
  }

  absl::Status CompareAnswers() {
    auto a = a_.next(), b = b_.next();
    while (true) {
      if (!a.ok()) return a.status();
      if (!b.ok()) return b.status();
      if (!a->has_value() || !b->has_value()) return absl::OkStatus();
      const int64_t step = (*a)->step(), other = (*b)->step();
      if (std::max(step, other) > found_.steps) return absl::OkStatus();
      if (step == other) {
        found_.answers = FirstDifference(**a, **b);
        if (found_.answers) return absl::OkStatus();
        ++found_.compared;
      }
      // One that no longer has its first outer steps is compared from where it begins.
      if (step <= other) a = a_.next();
      if (other <= step) b = b_.next();
    }
  }

  absl::Status CompareThetas() {
    auto last = At(found_.steps);
    if (!last.ok()) return last.status();
    found_.last = *std::move(last);
    if (found_.last.equal()) return absl::OkStatus();
    found_.theta = found_.last;
    if (found_.answers) {
      for (const int64_t step : {found_.answers->step, found_.answers->step - 1}) {
        if (absl::Status status = Probe(step); !status.ok()) return status;
      }
    }
    while (found_.theta->step - equal_ > 1) {
      absl::Status status = Probe(equal_ + (found_.theta->step - equal_) / 2);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  RunDifference Take() { return std::move(found_); }

 private:
  absl::StatusOr<ThetaPair> At(int64_t step) const {
    auto a = a_.digest(step);
    if (!a.ok()) return a.status();
    auto b = b_.digest(step);
    if (!b.ok()) return b.status();
    return ThetaPair{.step = step, .a = *std::move(a), .b = *std::move(b)};
  }

  absl::Status Probe(int64_t step) {
    if (step <= equal_ || step >= found_.theta->step) return absl::OkStatus();
    auto pair = At(step);
    if (!pair.ok()) return pair.status();
    if (pair->equal()) {
      equal_ = step;
    } else {
      found_.theta = *std::move(pair);
    }
    return absl::OkStatus();
  }

  const Run& a_;
  const Run& b_;
  RunDifference found_;
  int64_t equal_ = -1;  // the newest outer step after which θ is known to be the same
};

}  // namespace

absl::StatusOr<RunDifference> CompareRuns(const Run& a, const Run& b) {
  Comparison comparison(a, b);
  absl::Status status = comparison.CompareAnswers();
  if (status.ok()) status = comparison.CompareThetas();
  if (!status.ok()) return status;
  return comparison.Take();
}

}  // namespace paceline
