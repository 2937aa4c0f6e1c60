// The mean curve of a contestant on a case.
#pragma once

#include <vector>

#include "common/evaluation/case_metrics.h"
#include "common/evaluation/speed_up.h"

namespace paceline {

// As its runs were.
std::vector<double> MeanCurve(const EntryMetrics& entry, uint64_t steps);  // at GridOf's
// As the rule of speed-ups counts them: a run that diverged or collapsed has stayed at its initial
// loss.
MeanTraining CountedRun(const v1::RunOutcome& run, uint64_t steps, Fate fate);
MeanTraining CountedMean(const EntryMetrics& entry, uint64_t steps);
// Each run so many times as `counts` says.
MeanTraining MeanOfRuns(std::span<const MeanTraining> runs, std::span<const uint32_t> counts);

}  // namespace paceline
