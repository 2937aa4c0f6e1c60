// What the contestants reached on one case.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/evaluation/bootstrap.h"
#include "common/evaluation/fate.h"
#include "common/evaluation/paired_runs.h"
#include "common/evaluation/speed_up.h"
#include "common/evaluation/statistics.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

struct EntryMetrics {
  uint32_t contestant = 0;
  const v1::EvaluationEntry* entry = nullptr;  // the evaluation's

  SampleMean training_loss{}, mean_training_loss{};  // of the last tenth; over all inner steps
  SampleMean held_out_loss{}, mean_held_out_loss{}, test_loss{};
  std::optional<SampleMean> held_out_accuracy = {}, test_accuracy = {};
  std::vector<Fate> fates{};  // [run]
  FateCounts failures{};

  double rank = 0;  // by training_loss, 1 is the lowest; equal ones share
  // Part of the best contestant's gain that it gained, from 0 to 1; 1 − score is its regret.
  Estimate score{};
  // Over the case's reference; empty where that has none.
  std::optional<Estimate> speed_up = {};
  std::optional<double> updates_to_goal = {};  // empty if it never gets there
  // Against the reference, of which it has none itself.
  std::optional<PairedRuns> against_reference = {};

  // An update's over a loss's and gradient's; empty where one is not counted.
  std::optional<double> optimizer_flops_ratio = {};
  double state_bytes_per_parameter = 0;
};

struct CaseMetrics {
  CaseScale scale;
  // The hand-designed contestant with the lowest mean final training loss: one setting.
  std::optional<uint32_t> reference = {};
  std::optional<Goal> goal = {};
  std::vector<EntryMetrics> entries;  // by contestant

  const EntryMetrics* Find(uint32_t contestant) const;
};

// Figures of each resample of the runs, [entry][resample]; speed_up is empty without a goal.
struct CaseReplicates {
  std::vector<std::vector<float>> score{}, speed_up{};
};

// `entries` are those of the case, which is number `case_index` of `evaluation`; that is sound
// (check.h).
CaseMetrics MetricsOfCase(const v1::Evaluation& evaluation, uint32_t case_index,
                          std::span<const v1::EvaluationEntry* const> entries,
                          const Bootstrap& bootstrap, CaseReplicates& replicates);

}  // namespace paceline
