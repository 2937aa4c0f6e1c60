#include "worker/eval/local_evaluation.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "worker/eval/unit_runner.h"

namespace paceline {
namespace {

class Crew {
 public:
  Crew(EvaluationPlan& plan, DataStore& data, const LocalEvaluation& how)
      : plan_(plan), how_(how), shelf_(data) {}

  absl::Status Run() {
    std::vector<std::jthread> threads;
    for (int i = 1; i < how_.threads; ++i) threads.emplace_back([this] { Work(); });
    Work();
    threads.clear();
    return failure_;
  }

 private:
  struct Computed {
    v1::UnitOutcome outcome;
    bool anew = false;  // not from the store
  };

  void Work() {
    while (std::optional<PlannedUnit> planned = Take()) {
      auto computed = Compute(planned->unit);
      Return(planned->id, std::move(computed));
    }
  }

  // Waits while units may still follow from those that others compute.
  std::optional<PlannedUnit> Take() {
    std::unique_lock lock(mutex_);
    std::optional<PlannedUnit> next;
    changed_.wait(lock, [&] {
      if (!failure_.ok() || plan_.done()) return true;
      next = plan_.Next();
      return next.has_value();
    });
    return next;
  }

  void Return(uint64_t id, absl::StatusOr<Computed> computed) {
    const std::lock_guard lock(mutex_);
    if (computed.ok()) {
      const double before = plan_.progress().work_done;
      plan_.Put(id, computed->outcome);
      if (computed->anew) anew_ += plan_.progress().work_done - before;
      if (how_.say) how_.say(plan_.progress(), anew_);
    } else {
      failure_.Update(computed.status());
    }
    changed_.notify_all();
  }

  absl::StatusOr<Computed> Compute(const v1::EvaluationUnit& unit) {
    if (how_.store != nullptr) {
      auto kept = how_.store->Find(unit);
      if (!kept.ok()) return kept.status();
      if (*kept) return Computed{**std::move(kept)};
    }
    const auto task = shelf_.Get(unit.task());
    if (!task.ok()) return task.status();
    auto outcome = RunUnit(unit, ThetaOf(unit), **task);
    if (!outcome.ok()) return outcome.status();
    if (how_.store != nullptr) {
      if (absl::Status kept = how_.store->Keep(unit, *outcome); !kept.ok()) return kept;
    }
    return Computed{*std::move(outcome), true};
  }

  std::span<const float> ThetaOf(const v1::EvaluationUnit& unit) const {
    const auto found = how_.thetas.find(unit.trained().theta_digest());
    return found == how_.thetas.end() ? std::span<const float>() : std::span(found->second);
  }

  EvaluationPlan& plan_;
  const LocalEvaluation& how_;
  TaskShelf shelf_;
  std::mutex mutex_;
  std::condition_variable changed_;
  absl::Status failure_;
  double anew_ = 0;
};

}  // namespace

absl::StatusOr<v1::Evaluation> EvaluateHere(EvaluationPlan& plan, DataStore& data,
                                            const LocalEvaluation& how) {
  if (absl::Status status = Crew(plan, data, how).Run(); !status.ok()) return status;
  return plan.Result();
}

}  // namespace paceline
