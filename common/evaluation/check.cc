#include "common/evaluation/check.h"

#include <string>
#include <utility>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr int kMaxPoints = 10000;

absl::Status Fault(int entry, const std::string& what) {
  return absl::InvalidArgumentError(fmt::format("entry {} of the evaluation {}", entry, what));
}

absl::Status CheckRuns(const v1::Evaluation& evaluation, int place, int points) {
  const v1::EvaluationEntry& entry = evaluation.entries(place);
  if (static_cast<uint32_t>(entry.runs_size()) != evaluation.seeds()) {
    return Fault(
        place, fmt::format("has {} runs; every one has {}", entry.runs_size(), evaluation.seeds()));
  }
  for (const v1::RunOutcome& run : entry.runs()) {
    if (run.training_size() != points || points < 1 || points > kMaxPoints) {
      return Fault(place, fmt::format("has a run with {} training losses; its case's first has {}",
                                      run.training_size(), points));
    }
    if (run.held_out_size() != entry.runs(0).held_out_size()) {
      return Fault(place, "has runs with unequal numbers of held-out losses");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPlace(const v1::Evaluation& evaluation, int place) {
  const v1::EvaluationEntry& entry = evaluation.entries(place);
  if (entry.case_index() >= static_cast<uint32_t>(evaluation.cases_size())) {
    return Fault(place, fmt::format("is of case {}; there are {}", entry.case_index(),
                                    evaluation.cases_size()));
  }
  if (entry.contestant() >= static_cast<uint32_t>(evaluation.contestants_size())) {
    return Fault(place, fmt::format("is of contestant {}; there are {}", entry.contestant(),
                                    evaluation.contestants_size()));
  }
  if (place == 0) return absl::OkStatus();
  const v1::EvaluationEntry& before = evaluation.entries(place - 1);
  if (std::pair(entry.case_index(), entry.contestant()) <=
      std::pair(before.case_index(), before.contestant())) {
    return Fault(place, "is out of order: entries go by case, then contestant, each once");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckEvaluation(const v1::Evaluation& evaluation) {
  if (evaluation.seeds() == 0) {
    return absl::InvalidArgumentError("the evaluation has no seeds: nothing was run");
  }
  int points = 0;
  for (int place = 0; place < evaluation.entries_size(); ++place) {
    if (auto fine = CheckPlace(evaluation, place); !fine.ok()) return fine;
    const v1::EvaluationEntry& entry = evaluation.entries(place);
    const auto& its_case = evaluation.cases(static_cast<int>(entry.case_index()));
    const bool first =
        place == 0 || evaluation.entries(place - 1).case_index() != entry.case_index();
    if (first) points = entry.runs().empty() ? 0 : entry.runs(0).training_size();
    if (its_case.steps() < static_cast<uint64_t>(points)) {
      return Fault(
          place, fmt::format("has {} training losses of {} inner steps", points, its_case.steps()));
    }
    if (auto fine = CheckRuns(evaluation, place, points); !fine.ok()) return fine;
  }
  return absl::OkStatus();
}

}  // namespace paceline
