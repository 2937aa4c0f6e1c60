#include "common/evaluation/mean_curve.h"

#include "common/evaluation/loss_curve.h"
#include "common/evaluation/run_losses.h"

namespace paceline {
namespace {

std::vector<double> LossesOf(const v1::RunOutcome& run, uint64_t steps) {
  std::vector<double> means;
  for (const float loss : run.training()) means.push_back(Counted(loss));
  return CurveLosses({steps, means.size()}, Counted(run.initial_loss()), means);
}

MeanTraining RunAsItWas(const v1::RunOutcome& run, uint64_t steps) {
  return {.losses = LossesOf(run, steps),
          .initial_loss = Counted(run.initial_loss()),
          .final_loss = Counted(run.training_loss())};
}

}  // namespace

MeanTraining CountedRun(const v1::RunOutcome& run, uint64_t steps, Fate fate) {
  MeanTraining counted = RunAsItWas(run, steps);
  if (fate != Fate::kDiverged && fate != Fate::kCollapsed) return counted;
  counted.losses.assign(counted.losses.size(), counted.initial_loss);
  counted.final_loss = counted.initial_loss;
  return counted;
}

MeanTraining MeanOfRuns(std::span<const MeanTraining> runs, std::span<const uint32_t> counts) {
  MeanTraining mean{.losses = std::vector<double>(runs.front().losses.size(), 0)};
  for (size_t i = 0; i < runs.size(); ++i) {
    if (counts[i] == 0) continue;
    const double weight = counts[i] / static_cast<double>(runs.size());
    for (size_t k = 0; k < mean.losses.size(); ++k) mean.losses[k] += weight * runs[i].losses[k];
    mean.initial_loss += weight * runs[i].initial_loss;
    mean.final_loss += weight * runs[i].final_loss;
  }
  return mean;
}

MeanTraining CountedMean(const EntryMetrics& entry, uint64_t steps) {
  std::vector<MeanTraining> runs;
  for (size_t i = 0; i < entry.fates.size(); ++i) {
    runs.push_back(CountedRun(entry.entry->runs(static_cast<int>(i)), steps, entry.fates[i]));
  }
  return MeanOfRuns(runs, std::vector<uint32_t>(runs.size(), 1));
}

std::vector<double> MeanCurve(const EntryMetrics& entry, uint64_t steps) {
  std::vector<MeanTraining> runs;
  for (const auto& run : entry.entry->runs()) runs.push_back(RunAsItWas(run, steps));
  return MeanOfRuns(runs, std::vector<uint32_t>(runs.size(), 1)).losses;
}

}  // namespace paceline
