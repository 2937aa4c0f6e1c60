#include "common/evaluation/held_out.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "common/evaluation/fate.h"
#include "common/evaluation/metrics.h"
#include "common/evaluation/run_losses.h"
#include "common/evaluation/statistics.h"

namespace paceline {
namespace {

// What the contestants have reached on a case.
struct CaseLosses {
  std::vector<std::optional<double>> loss;  // [contestant], mean final; empty: it has not run
  const v1::EvaluationEntry* own = nullptr;
  double initial = 0;     // the learned one's
  double best_other = 0;  // the lowest of the hand-designed ones
};

int FirstLearned(const v1::Evaluation& evaluation) {
  const auto& contestants = evaluation.contestants();
  return static_cast<int>(std::ranges::find_if(contestants, IsLearned) - contestants.begin());
}

CaseLosses LossesOf(const v1::Evaluation& evaluation, uint32_t case_index, int learned) {
  CaseLosses losses{.loss = std::vector<std::optional<double>>(evaluation.contestants_size()),
                    .best_other = std::numeric_limits<double>::infinity()};
  for (const v1::EvaluationEntry& entry : evaluation.entries()) {
    if (entry.case_index() != case_index) continue;
    const double loss = MeanOf(FinalLosses(entry));
    losses.loss[entry.contestant()] = loss;
    if (static_cast<int>(entry.contestant()) == learned) {
      losses.own = &entry;
      losses.initial = MeanOf(InitialLosses(entry));
    } else if (!IsLearned(evaluation.contestants(static_cast<int>(entry.contestant())))) {
      losses.best_other = std::min(losses.best_other, loss);
    }
  }
  return losses;
}

double Progress(double initial, double loss, double best) {
  if (best >= initial) return loss < initial ? 1 : 0;
  return std::clamp((initial - loss) / (initial - best), 0.0, kMostProgress);
}

// The sum over cases of each contestant's rank, half of a rank for a draw; who has not run is last.
void AddRanks(const CaseLosses& losses, std::vector<double>& ranks) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < ranks.size(); ++i) {
    for (const auto& other : losses.loss) {
      const double own = losses.loss[i].value_or(kNone), its = other.value_or(kNone);
      ranks[i] += its < own ? 1 : (its == own ? 0.5 : 0);
    }
  }
}

void AddFates(const CaseLosses& losses, uint64_t steps, v1::HeldOutRecord& record) {
  const double own = *losses.loss[losses.own->contestant()];
  const CaseScale scale{.initial_loss = losses.initial,
                        .best_loss = std::min(own, losses.best_other)};
  FateCounts fates;
  for (const v1::RunOutcome& run : losses.own->runs()) fates.Add(FateOf(run, steps, scale));
  record.set_runs(record.runs() + static_cast<uint32_t>(losses.own->runs_size()));
  record.set_failed(record.failed() + fates.failed());
}

}  // namespace

v1::HeldOutRecord HeldOutOf(const v1::Evaluation& evaluation) {
  v1::HeldOutRecord record;
  const int learned = FirstLearned(evaluation);
  std::vector<double> ranks(evaluation.contestants_size());
  double progress = 0;
  for (const uint32_t index : MainCases(evaluation)) {
    const v1::EvaluationCase& its_case = evaluation.cases(static_cast<int>(index));
    const CaseLosses losses = LossesOf(evaluation, index, learned);
    AddRanks(losses, ranks);
    if (!losses.own) continue;
    v1::HeldOutCase& made = *record.add_cases();
    made.set_key(its_case.key());
    made.set_loss(*losses.loss[learned]);
    made.set_progress(Progress(losses.initial, made.loss(), losses.best_other));
    progress += made.progress();
    AddFates(losses, its_case.steps(), record);
  }
  if (record.cases_size() > 0) record.set_progress(progress / record.cases_size());
  const auto better =
      std::ranges::count_if(ranks, [&](double rank) { return rank < ranks[learned]; });
  record.set_place(static_cast<uint32_t>(better) + 1);
  record.set_contestants(static_cast<uint32_t>(ranks.size()));
  return record;
}

}  // namespace paceline
