#include "coordinator/job/findings.h"

#include <algorithm>
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
  if (!finding && done) finding = NoLoss(history);
  if (!finding && done) finding = NotFalling(history);
  return finding;
}

}  // namespace paceline
