#include "coordinator/job/step_history.h"

#include <algorithm>

namespace paceline {

absl::StatusOr<StepHistory> StepHistory::Read(Store& store, const std::string& job, int64_t steps) {
  StepHistory history;
  auto first = store.Records(job, 0, kKept);
  if (!first.ok()) return first.status();
  for (const v1::OuterStepRecord& record : *first) history.Add(record);
  const int64_t from = std::max(history.steps(), steps - kKept);
  auto newest = store.Records(job, from, kKept);
  if (!newest.ok()) return newest.status();
  for (const v1::OuterStepRecord& record : *newest) history.Add(record);
  return history;
}

void StepHistory::Add(const v1::OuterStepRecord& record) {
  StepFacts facts = {
      .loss = std::nullopt, .gradient_norm = record.gradient_norm(), .diverged = record.diverged()};
  if (record.has_mean_loss()) facts.loss = record.mean_loss();
  steps_ = record.step();
  if (static_cast<int64_t>(first_.size()) < kKept) first_.push_back(facts);
  newest_.push_back(facts);
  if (static_cast<int64_t>(newest_.size()) > kKept) newest_.pop_front();
}

}  // namespace paceline
