// Two evaluations of the same cases: two checkpoints, or before and after a change.
#pragma once

#include <string>
#include <vector>

#include "common/evaluation/metrics.h"

namespace paceline {

// An evaluation with its metrics, and what people call it: the folder that it was in.
struct NamedEvaluation {
  std::string name;
  v1::Evaluation evaluation;
  Metrics metrics;  // of `evaluation`, into which they point: never copy it away from them
};

struct CaseChange {
  uint32_t before_case = 0, after_case = 0;
  const EntryMetrics* before = nullptr;
  const EntryMetrics* after = nullptr;
  double difference = 0;             // after − before, of the mean final training loss
  Interval interval{};               // of the difference, 95 %
  Contest contest = Contest::kDraw;  // a win: after is clearly lower (paired_runs.h has the rule)

  // Of the loss before; 0 where that is 0.
  double relative() const;
};

struct ContestantChange {
  uint32_t before = 0, after = 0;  // contestants of the first and of the second
  std::vector<CaseChange> cases{};
  Tally tally{};
  double median_change = 0;  // of relative(); 0 without a case
  FateCounts failures_before{}, failures_after{};
};

struct Comparison {
  // Run i of both has the same initial weights and batches, so that differences are taken run by
  // run; else they are differences of independent means.
  bool paired = false;
  // Each learned contestant of the second beside the one of that key in the first or, where there
  // is none, the first's first.
  std::vector<ContestantChange> learned{};
  // Baselines of the same key on common cases: whose runs are equal, and whose are not.
  uint32_t equal_baselines = 0, changed_baselines = 0;
  std::vector<uint32_t> only_before{}, only_after{};  // cases
};

// Cases are the same if their keys and inner steps are. Points into both.
Comparison CompareEvaluations(const NamedEvaluation& before, const NamedEvaluation& after);

}  // namespace paceline
