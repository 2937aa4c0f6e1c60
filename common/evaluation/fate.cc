#include "common/evaluation/fate.h"

#include <cmath>

#include "common/evaluation/loss_curve.h"
#include "common/evaluation/run_losses.h"

namespace paceline {
namespace {

constexpr double kStillShare = 0.01, kFarShare = 0.1;

// Of the spans whose middle lies between a twentieth and a tenth of the training; of the first span
// behind these if there is none.
double EarlyLoss(const v1::RunOutcome& run, uint64_t steps) {
  const Spans spans{steps, static_cast<size_t>(run.training_size())};
  const double end = static_cast<double>(steps);
  double sum = 0, count = 0;
  for (int i = 0; i < run.training_size(); ++i) {
    const double middle = spans.middle(static_cast<size_t>(i));
    if (middle < 0.05 * end) continue;
    if (middle > 0.1 * end && count > 0) break;
    sum += Counted(run.training(i));
    ++count;
    if (middle > 0.1 * end) break;
  }
  return count > 0 ? sum / count : Counted(run.initial_loss());
}

bool HasStalled(const v1::RunOutcome& run, uint64_t steps, const CaseScale& scale) {
  const double gain = scale.gain(), final_loss = Counted(run.training_loss());
  if (gain <= 0 || final_loss - scale.best_loss <= kFarShare * gain) return false;
  return EarlyLoss(run, steps) - final_loss < kStillShare * gain;
}

bool IsFinite(const v1::RunOutcome& run) {
  return std::isfinite(run.initial_loss()) && std::isfinite(run.training_loss());
}

}  // namespace

Fate FateOf(const v1::RunOutcome& run, uint64_t steps, const CaseScale& scale) {
  if (run.diverged() || !IsFinite(run)) return Fate::kDiverged;
  if (run.training_loss() >= run.initial_loss()) return Fate::kCollapsed;
  return HasStalled(run, steps, scale) ? Fate::kStalled : Fate::kLearned;
}

void FateCounts::Add(Fate fate) {
  switch (fate) {
    case Fate::kLearned:
      return;
    case Fate::kDiverged:
      ++diverged;
      return;
    case Fate::kCollapsed:
      ++collapsed;
      return;
    case Fate::kStalled:
      ++stalled;
  }
}

void FateCounts::Add(const FateCounts& more) {
  diverged += more.diverged;
  collapsed += more.collapsed;
  stalled += more.stalled;
}

}  // namespace paceline
