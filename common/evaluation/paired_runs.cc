#include "common/evaluation/paired_runs.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/evaluation/run_losses.h"

namespace paceline {
namespace {

constexpr double kClearShare = 0.005;

// Runs that diverged, or ended no lower than they began.
int LostRuns(const v1::EvaluationEntry& entry) {
  return static_cast<int>(std::ranges::count_if(entry.runs(), [](const v1::RunOutcome& run) {
    return run.diverged() || !(run.training_loss() < run.initial_loss());
  }));
}

// Whether no run of the one learned anything and every run of the other did.
bool OnlyTheOtherLearns(const v1::EvaluationEntry& one, const v1::EvaluationEntry& other) {
  return LostRuns(one) == one.runs_size() && LostRuns(other) == 0;
}

}  // namespace

PairedRuns CompareRuns(const v1::EvaluationEntry& ours, const v1::EvaluationEntry& theirs) {
  const auto our_losses = FinalLosses(ours), their_losses = FinalLosses(theirs);
  PairedRuns result{.runs = static_cast<uint32_t>(our_losses.size())};
  std::vector<double> differences;
  for (size_t i = 0; i < our_losses.size(); ++i) {
    differences.push_back(our_losses[i] - their_losses[i]);
    result.lower += differences.back() < 0;
  }
  result.difference = SampleMeanOf(differences);
  result.contest =
      ContestOf(result.difference.mean, result.difference.interval, MeanOf(their_losses));
  if (OnlyTheOtherLearns(ours, theirs)) result.contest = Contest::kLoss;
  if (OnlyTheOtherLearns(theirs, ours)) result.contest = Contest::kWin;
  return result;
}

Contest ContestOf(double difference, const Interval& interval, double their_mean) {
  const bool clear = interval.low > 0 || interval.high < 0;
  if (!clear || std::fabs(difference) < kClearShare * std::fabs(their_mean)) return Contest::kDraw;
  return difference < 0 ? Contest::kWin : Contest::kLoss;
}

void Tally::Add(Contest contest) {
  switch (contest) {
    case Contest::kWin:
      ++wins;
      return;
    case Contest::kDraw:
      ++draws;
      return;
    case Contest::kLoss:
      ++losses;
  }
}

}  // namespace paceline
