#include "coordinator/job/findings.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "absl/strings/str_cat.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// So many outer steps in a row are no accident.
constexpr int64_t kManySteps = 10;
// Of a shorter job nothing is said of its loss.
constexpr int64_t kFewestSteps = 20;

// How many of the newest steps in a row are so; "100" of a job that keeps no more is "at least".
template <typename Condition>
int64_t Streak(const std::deque<StepFacts>& newest, const Condition& condition) {
  const auto end = std::find_if_not(newest.rbegin(), newest.rend(), condition);
  return end - newest.rbegin();
}

std::string LastSteps(int64_t count) {
  return absl::StrCat("each of the last ", count, " outer steps",
                      count == StepHistory::kKept ? " or more" : "");
}

std::optional<Finding> AllDiverge(const StepHistory& history, uint32_t particles) {
  const int64_t streak = Streak(
      history.newest(), [particles](const StepFacts& step) { return step.diverged >= particles; });
  if (streak < kManySteps) return std::nullopt;
  return Finding{
      FindingKind::kAllDiverge,
      absl::StrCat("all ", particles, " particles diverged in ", LastSteps(streak),
                   ", so that the optimizer is of no use; a smaller outer learning rate, clipping "
                   "or a smaller sigma may help")};
}

// A step that does not see an episode's objective has no gradient and means nothing.
std::optional<Finding> NoGradient(const StepHistory& history) {
  int64_t seen = 0;
  const int64_t streak = Streak(history.newest(), [&seen](const StepFacts& step) {
    const bool none = !step.loss || step.gradient_norm == 0;
    if (none && step.loss) ++seen;
    return none;
  });
  if (seen < kManySteps) return std::nullopt;
  return Finding{FindingKind::kNoGradient,
                 absl::StrCat("the gradient was exactly 0 in ", LastSteps(streak),
                              ", so that nothing is learned: the objective is the same under every "
                              "perturbation of θ")};
}

std::optional<Finding> NoLoss(const StepHistory& history) {
  if (MeanLossOf(history.first()).count + MeanLossOf(history.newest()).count > 0) {
    return std::nullopt;
  }
  return Finding{FindingKind::kNoLoss,
                 absl::StrCat("no episode ended in ", LastSteps(std::ssize(history.newest())),
                              ", so that the objective was not seen: more outer steps or shorter "
                              "episodes may help")};
}

// Of the outer steps that have a loss.
struct LossSwing {
  double deviation = 0;  // of the losses
  double spread = 0;     // mean over steps of that over particles
};

LossSwing SwingOf(const std::deque<StepFacts>& steps, const MeanOfLosses& mean) {
  LossSwing swing;
  for (const StepFacts& step : steps) {
    if (!step.loss) continue;
    swing.deviation += (*step.loss - mean.mean) * (*step.loss - mean.mean);
    swing.spread += step.loss_spread;
  }
  const auto count = static_cast<double>(mean.count);
  return {.deviation = std::sqrt(swing.deviation / count), .spread = swing.spread / count};
}

// Over so many of the newest steps that their mean says something.
std::optional<MeanOfLosses> NewestMean(const StepHistory& history) {
  if (std::ssize(history.newest()) < StepHistory::kKept) return std::nullopt;
  const MeanOfLosses mean = MeanLossOf(history.newest());
  if (mean.count < kFewestSteps) return std::nullopt;
  return mean;
}

std::optional<Finding> Plateau(const StepHistory& history) {
  constexpr double kStill = 0.005, kLittleBelow = 0.8;
  const auto newest = NewestMean(history);
  const MeanOfLosses first = MeanLossOf(
      std::span(history.first()).first(std::min<size_t>(kManySteps, history.first().size())));
  if (!newest || first.count == 0 || newest->mean < kLittleBelow * first.mean) return std::nullopt;
  const LossSwing swing = SwingOf(history.newest(), *newest);
  const double still = kStill * std::abs(newest->mean);
  if (swing.deviation > still || swing.spread > still) return std::nullopt;
  return Finding{
      FindingKind::kPlateau,
      fmt::format("the outer loss stands at {:.4g} for all particles alike over the last "
                  "{} outer steps, as one of tasks that are not trained at all ({:.4g} at "
                  "first); another objective, a smaller sigma or outer learning rate, or "
                  "another seed may help",
                  newest->mean, StepHistory::kKept, first.mean)};
}

std::optional<Finding> Collapsed(const StepHistory& history) {
  constexpr double kWorthMentioning = 0.05, kBack = 0.8;
  const auto newest = NewestMean(history);
  const MeanOfLosses first = MeanLossOf(history.first());
  if (!newest || !history.lowest() || first.count == 0) return std::nullopt;
  const LossAt& lowest = *history.lowest();
  const double gain = first.mean - lowest.mean;
  if (gain < kWorthMentioning * std::abs(first.mean)) return std::nullopt;
  if (newest->mean < lowest.mean + kBack * gain) return std::nullopt;
  return Finding{FindingKind::kCollapsed,
                 fmt::format("the outer loss has collapsed: from {:.4g} it had fallen to {:.4g} by "
                             "outer step {}, and is back at {:.4g}; paceline export --step {} "
                             "writes what there was",
                             first.mean, lowest.mean, lowest.step, newest->mean, lowest.step)};
}

std::optional<Finding> NotFalling(const StepHistory& history) {
  if (history.steps() < kFewestSteps) return std::nullopt;
  const auto count = std::min(history.steps() / 4, StepHistory::kKept);
  const auto& newest = history.newest();
  const MeanOfLosses first = MeanLossOf(std::span(history.first()).first(count));
  const MeanOfLosses last = MeanLossOf(std::deque(newest.end() - count, newest.end()));
  if (first.count == 0 || last.count == 0 || last.mean < first.mean) return std::nullopt;
  return Finding{FindingKind::kNotFalling,
                 fmt::format("the outer loss did not fall: {:.5g} over the first {} outer steps, "
                             "{:.5g} over the last {}",
                             first.mean, count, last.mean, count)};
}

}  // namespace

std::optional<Finding> FindingOf(const StepHistory& history, uint32_t particles, bool done) {
  std::optional<Finding> finding = AllDiverge(history, particles);
  if (!finding) finding = NoGradient(history);
  if (!finding) finding = Collapsed(history);
  if (!finding) finding = Plateau(history);
  if (!finding && done) finding = NoLoss(history);
  if (!finding && done) finding = NotFalling(history);
  return finding;
}

}  // namespace paceline
