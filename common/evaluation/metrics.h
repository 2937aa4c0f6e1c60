// Everything that a report tells of an evaluation, as numbers. docs/evaluation.md defines each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/evaluation/case_metrics.h"

namespace paceline {

struct WorstCase {
  uint32_t case_index = 0;
  std::optional<double> speed_up = {};
  double score = 0;
};

// One contestant over the main cases that it has run on.
struct ContestantMetrics {
  uint32_t cases = 0;      // main ones
  double mean_rank = 0;    // 0 without a case
  uint32_t place = 0;      // among all contestants, by mean rank; 1 is the best, equal ones share
  uint32_t best_on = 0;    // cases on which it has the lowest mean loss
  FateCounts failures;     // runs, of the main cases
  uint32_t failed_on = 0;  // main cases with a failed run
  uint32_t runs = 0;

  // Interquartile means over cases; intervals over cases and seeds. Empty without a case.
  std::optional<Estimate> score = {};
  std::optional<Estimate> speed_up = {};       // of the cases with a goal
  std::optional<Estimate> share_as_fast = {};  // part of those cases with a speed-up of at least 1
  std::optional<WorstCase> worst = {};  // lowest speed-up (1 where there is none), then score

  Tally against_reference;  // case by case, over the cases on which it is not the reference

  // Medians over all cases; of those on which it is counted.
  std::optional<double> optimizer_flops_ratio = {};
  double state_bytes_per_parameter = 0;
  uint64_t trials = 0, tuning_inner_steps = 0;  // of all cases
};

struct Metrics {
  std::vector<CaseMetrics> cases{};              // as the evaluation's
  std::vector<ContestantMetrics> contestants{};  // as the evaluation's
  std::vector<uint32_t> main_cases{};            // MainCases
  // Of the learned contestants, in their order; the others, by place.
  std::vector<uint32_t> learned{}, baselines{};
};

// Places of the cases that figures over cases are taken over: those of no study, or all where every
// one is of a study.
std::vector<uint32_t> MainCases(const v1::Evaluation& evaluation);

// Of a sound evaluation (check.h), which outlives the result. A function of it alone.
Metrics MetricsOf(const v1::Evaluation& evaluation);

// How many of the main cases with a goal on which the contestant ran have a speed-up of at least
// `speed_up`, as a part of them.
double ShareAtLeast(const Metrics& metrics, uint32_t contestant, double speed_up);

// One entry of each main case on which the contestant ran.
std::vector<const EntryMetrics*> MainEntries(const Metrics& metrics, uint32_t contestant);

bool IsLearned(const v1::Contestant& contestant);

}  // namespace paceline
