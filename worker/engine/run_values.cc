#include "worker/engine/run_values.h"

#include <algorithm>
#include <cmath>

namespace paceline {

absl::Status RunValues::Attach(InnerRuns& runs) {
  if (!plan_.scored_every_step()) return absl::OkStatus();
  return runs.Observe([this](int run, int64_t step, std::span<const float> parameters) {
    if (!places_[run].counted) return;
    scores_[run * steps_ + step] = static_cast<float>(
        Score(run, Purpose::kHeldOutBatch, places_[run].step + step, parameters));
  });
}

void RunValues::Open(std::span<const RunPlace> places, int64_t steps) {
  places_.assign(places.begin(), places.end());
  steps_ = steps;
  if (plan_.scored_every_step()) scores_.assign(places.size() * steps, 0);
}

double RunValues::Score(int run, Purpose purpose, int64_t number,
                        std::span<const float> parameters) {
  const FreshBatch batch{.split = plan_.split, .purpose = purpose, .number = number};
  return ScoreValue(plan_, task_, source_->Score(places_[run].seed, batch, parameters));
}

double RunValues::ValueAt(int run, int64_t step, float loss) {
  if (!std::isfinite(loss)) return LargestValue(plan_, task_);
  if (plan_.has_progress()) return progress_[run].Take(plan_, loss);
  return plan_.scored() ? scores_[run * steps_ + step] : task_.MetaLoss(loss);
}

double RunValues::Last(int run, std::span<const float> losses, const InnerRuns& runs) {
  if (!std::isfinite(losses.back())) return LargestValue(plan_, task_);
  if (!plan_.scored()) return task_.MetaLoss(losses.back());
  return Score(run, Purpose::kHeldOutBatch, places_[run].step + steps_ - 1, runs.Parameters(run));
}

double RunValues::Final(int run, const InnerRuns& runs) {
  const std::vector<float> parameters = runs.Parameters(run);
  double sum = 0;
  for (int i = 0; i < plan_.samples; ++i) {
    sum += Score(run, Purpose::kFinalBatch, i, parameters);
  }
  return sum / plan_.samples;
}

double RunValues::Take(int run, std::span<const float> losses, bool ends_episode, bool diverged,
                       const InnerRuns& runs) {
  using Take = ObjectivePlan::Take;
  // An episode that a divergence cuts short is as long as it was.
  const RunPlace& place = places_[run];
  if (!place.counted && !plan_.has_progress()) return 0;
  const auto length = static_cast<double>(diverged ? place.step + steps_ : place.length);
  const bool ends = ends_episode || diverged;
  if (plan_.take == Take::kLast) return ends ? length * Last(run, losses, runs) : 0;
  if (plan_.take == Take::kFinal) {
    const bool finite = std::isfinite(losses.back());
    return length * (finite ? Final(run, runs) : LargestValue(plan_, task_));
  }
  double sum = 0, smallest = LargestValue(plan_, task_);
  for (int64_t step = 0; step < steps_; ++step) {
    const double value = ValueAt(run, step, losses[step]);
    sum += value;
    smallest = std::min(smallest, value);
  }
  return plan_.take == Take::kMinimum ? length * smallest : sum;
}

}  // namespace paceline
