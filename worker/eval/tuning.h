// A baseline's best setting for a task.
#pragma once

#include "absl/status/statusor.h"
#include "worker/baselines/baseline.h"
#include "worker/eval/search.h"
#include "worker/eval/training_runs.h"

namespace paceline {

struct TuningBudget {
  int settings = 32;  // tried first, spread over all
  int rounds = 6;     // at most; in each, the best setting's neighbours that have not been tried
  int seeds = 3;      // runs per setting
};

struct Tuned {
  Setting setting;
  size_t tried = 0;  // settings
};

// The setting with the lowest mean training loss at the end of `steps` inner steps among those that
// the budget allows. Its runs' initial weights and batches follow from `key`.
absl::StatusOr<Tuned> Tune(const Baseline& baseline, const TrainingRuns& runs, uint64_t key,
                           int64_t steps, const TuningBudget& budget);

// θ at a setting.
std::vector<float> ThetaAt(const Baseline& baseline, const Setting& setting);
// Run i of `seeds` is particle i of `key`.
std::vector<RunPlan> PlanRuns(uint64_t key, int seeds, const std::vector<float>& theta);

}  // namespace paceline
