#include "coordinator/job/step_history.h"

#include <algorithm>

namespace paceline {

// Of the places in between, the steps before each of them; then the newest ones.
absl::StatusOr<StepHistory> StepHistory::Read(Store& store, const std::string& job, int64_t steps,
                                              int64_t planned) {
  StepHistory history(planned);
  for (int64_t end = 0; end < steps;) {
    end = std::min(end == 0 ? kKept : (end / history.stride_ + 1) * history.stride_, steps);
    const int64_t from = std::max(history.steps(), end - kKept);
    auto records = store.Records(job, from, static_cast<int>(end - from));
    if (!records.ok()) return records.status();
    for (const v1::OuterStepRecord& record : *records) history.Add(record);
  }
  return history;
}

void StepHistory::Add(const v1::OuterStepRecord& record) {
  StepFacts facts = {.loss = std::nullopt,
                     .loss_spread = record.loss_spread(),
                     .gradient_norm = record.gradient_norm(),
                     .diverged = record.diverged(),
                     .seconds = record.seconds(),
                     .inner_steps = record.inner_steps()};
  if (record.has_mean_loss()) facts.loss = record.mean_loss();
  if (record.step() != steps_ + 1) newest_.clear();
  steps_ = record.step();
  if (static_cast<int64_t>(first_.size()) < kKept) first_.push_back(facts);
  newest_.push_back(facts);
  if (static_cast<int64_t>(newest_.size()) > kKept) newest_.pop_front();
  if (steps_ % stride_ != 0) return;
  const MeanOfLosses mean = MeanLossOf(newest_);
  if (mean.count > 0 && (!lowest_ || mean.mean < lowest_->mean)) lowest_ = {steps_, mean.mean};
}

}  // namespace paceline
