#include "common/evaluation/failures.h"

#include <algorithm>

namespace paceline {

FailureLists FailuresOf(const v1::Evaluation& evaluation, const Metrics& metrics) {
  FailureLists lists;
  for (uint32_t i = 0; i < metrics.cases.size(); ++i) {
    const CaseMetrics& its_case = metrics.cases[i];
    for (const EntryMetrics& entry : its_case.entries) {
      if (entry.failures.failed() == 0) continue;
      const bool learned = IsLearned(evaluation.contestants(static_cast<int>(entry.contestant)));
      (learned ? lists.learned : lists.baselines)
          .push_back({i, &entry, its_case.scale.initial_loss});
    }
  }
  for (auto* list : {&lists.learned, &lists.baselines}) {
    std::stable_sort(list->begin(), list->end(), [](const Failure& a, const Failure& b) {
      return a.entry->failures.failed() > b.entry->failures.failed();
    });
  }
  return lists;
}

}  // namespace paceline
