#include "common/evaluation/case_metrics.h"

#include <algorithm>

#include "common/evaluation/loss_curve.h"
#include "common/evaluation/mean_curve.h"
#include "common/evaluation/run_losses.h"

namespace paceline {
namespace {

double Score(const CaseScale& scale, double loss) {
  if (scale.gain() <= 0) return 0;
  return std::clamp((scale.initial_loss - loss) / scale.gain(), 0.0, 1.0);
}

// The runs of a case's contestants, and what follows from any resample of them.
class CaseRuns {
 public:
  CaseRuns(const CaseMetrics& metrics, const v1::EvaluationCase& its_case) {
    const size_t points = metrics.entries.front().entry->runs(0).training_size();
    grid_ = GridOf({its_case.steps(), points});
    for (const EntryMetrics& entry : metrics.entries) {
      runs_.emplace_back();
      for (int i = 0; i < entry.entry->runs_size(); ++i) {
        runs_.back().push_back(CountedRun(entry.entry->runs(i), its_case.steps(), entry.fates[i]));
      }
      final_losses_.push_back(FinalLosses(*entry.entry));
      initial_losses_.push_back(InitialLosses(*entry.entry));
      if (metrics.reference == entry.contestant) reference_ = runs_.size() - 1;
    }
  }

  size_t run_count() const { return runs_.front().size(); }

  std::optional<Goal> GoalOfReference(std::span<const uint32_t> counts) const {
    if (!reference_) return std::nullopt;
    return GoalOf(grid_, MeanOfRuns(runs_[*reference_], counts));
  }
  // [entry]; there is a goal.
  std::vector<SpeedUp> SpeedUps(std::span<const uint32_t> counts, const Goal& goal) const {
    std::vector<SpeedUp> result;
    for (const auto& runs : runs_) {
      result.push_back(SpeedUpOver(grid_, goal, MeanOfRuns(runs, counts)));
    }
    return result;
  }
  std::vector<double> Scores(std::span<const uint32_t> counts) const {
    std::vector<double> losses;
    CaseScale scale;
    for (size_t i = 0; i < runs_.size(); ++i) {
      losses.push_back(Mean(final_losses_[i], counts));
      scale.initial_loss += Mean(initial_losses_[i], counts) / static_cast<double>(runs_.size());
    }
    scale.best_loss = *std::min_element(losses.begin(), losses.end());
    std::vector<double> scores;
    scores.reserve(losses.size());
    for (const double loss : losses) scores.push_back(Score(scale, loss));
    return scores;
  }

 private:
  static double Mean(std::span<const double> values, std::span<const uint32_t> counts) {
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) sum += counts[i] * values[i];
    return sum / static_cast<double>(values.size());
  }

  CurveGrid grid_;
  std::vector<std::vector<MeanTraining>> runs_;  // [entry][run]
  std::vector<std::vector<double>> final_losses_, initial_losses_;
  std::optional<size_t> reference_;  // among the entries
};

std::optional<SampleMean> SampleMeanOf(const std::optional<std::vector<double>>& values) {
  if (!values) return std::nullopt;
  return paceline::SampleMeanOf(std::span(*values));
}

EntryMetrics LossesOf(const v1::EvaluationEntry& entry, const v1::EvaluationCase& its_case) {
  EntryMetrics metrics{.contestant = entry.contestant(), .entry = &entry};
  metrics.training_loss = paceline::SampleMeanOf(FinalLosses(entry));
  metrics.mean_training_loss = paceline::SampleMeanOf(MeanTrainingLosses(entry, its_case.steps()));
  metrics.held_out_loss = paceline::SampleMeanOf(HeldOutLosses(entry));
  metrics.mean_held_out_loss = paceline::SampleMeanOf(MeanHeldOutLosses(entry));
  metrics.test_loss = paceline::SampleMeanOf(TestLosses(entry));
  metrics.held_out_accuracy = SampleMeanOf(HeldOutAccuracies(entry));
  metrics.test_accuracy = SampleMeanOf(TestAccuracies(entry));
  if (its_case.task_flops() > 0 && entry.optimizer_flops() > 0) {
    metrics.optimizer_flops_ratio = entry.optimizer_flops() / its_case.task_flops();
  }
  metrics.state_bytes_per_parameter = static_cast<double>(entry.state_bytes()) /
                                      std::max(1.0, static_cast<double>(its_case.parameters()));
  return metrics;
}

CaseScale ScaleOf(std::span<const EntryMetrics> entries) {
  CaseScale scale{.best_loss = entries.front().training_loss.mean};
  for (const EntryMetrics& entry : entries) {
    scale.initial_loss += MeanOf(InitialLosses(*entry.entry)) / static_cast<double>(entries.size());
    scale.best_loss = std::min(scale.best_loss, entry.training_loss.mean);
  }
  return scale;
}

std::optional<uint32_t> ReferenceOf(const v1::Evaluation& evaluation,
                                    std::span<const EntryMetrics> entries) {
  const EntryMetrics* best = nullptr;
  for (const EntryMetrics& entry : entries) {
    if (evaluation.contestants(static_cast<int>(entry.contestant)).rule().empty()) continue;
    if (best && best->training_loss.mean <= entry.training_loss.mean) continue;
    best = &entry;
  }
  if (!best) return std::nullopt;
  return best->contestant;
}

void AddFates(CaseMetrics& metrics, uint64_t steps) {
  for (EntryMetrics& entry : metrics.entries) {
    for (const v1::RunOutcome& run : entry.entry->runs()) {
      entry.fates.push_back(FateOf(run, steps, metrics.scale));
      entry.failures.Add(entry.fates.back());
    }
  }
}

void AddRanks(std::vector<EntryMetrics>& entries) {
  for (EntryMetrics& entry : entries) {
    double lower = 0, equal = 0;  // it equals itself
    for (const EntryMetrics& other : entries) {
      lower += other.training_loss.mean < entry.training_loss.mean;
      equal += other.training_loss.mean == entry.training_loss.mean;
    }
    entry.rank = lower + (equal + 1) / 2;
  }
}

void AddPairs(CaseMetrics& metrics) {
  const EntryMetrics* reference = metrics.reference ? metrics.Find(*metrics.reference) : nullptr;
  if (!reference) return;
  for (EntryMetrics& entry : metrics.entries) {
    if (&entry == reference) continue;
    entry.against_reference = CompareRuns(*entry.entry, *reference->entry);
  }
}

CaseReplicates Resample(const CaseRuns& runs, uint32_t case_index, size_t entries, bool has_goal,
                        const Bootstrap& bootstrap) {
  CaseReplicates replicates{.score = std::vector<std::vector<float>>(entries)};
  if (has_goal) replicates.speed_up.resize(entries);
  for (uint32_t number = 0; number < kResamples; ++number) {
    const auto counts =
        bootstrap.RunCounts(case_index, number, static_cast<uint32_t>(runs.run_count()));
    const auto scores = runs.Scores(counts);
    for (size_t i = 0; i < entries; ++i) {
      replicates.score[i].push_back(static_cast<float>(scores[i]));
    }
    if (!has_goal) continue;
    // Without a goal in this resample nobody gets anywhere.
    const auto goal = runs.GoalOfReference(counts);
    const auto speed_ups = goal ? runs.SpeedUps(counts, *goal) : std::vector<SpeedUp>(entries);
    for (size_t i = 0; i < entries; ++i) {
      replicates.speed_up[i].push_back(static_cast<float>(speed_ups[i].value));
    }
  }
  return replicates;
}

Interval IntervalOf(const std::vector<float>& replicates) {
  return PercentileInterval({replicates.begin(), replicates.end()});
}

void AddScoresAndSpeedUps(CaseMetrics& metrics, const CaseRuns& runs, uint32_t case_index,
                          const Bootstrap& bootstrap, CaseReplicates& replicates) {
  const std::vector<uint32_t> once(runs.run_count(), 1);
  metrics.goal = runs.GoalOfReference(once);
  replicates =
      Resample(runs, case_index, metrics.entries.size(), metrics.goal.has_value(), bootstrap);
  const auto scores = runs.Scores(once);
  const auto speed_ups = metrics.goal ? runs.SpeedUps(once, *metrics.goal) : std::vector<SpeedUp>{};
  for (size_t i = 0; i < metrics.entries.size(); ++i) {
    EntryMetrics& entry = metrics.entries[i];
    entry.score = {scores[i], IntervalOf(replicates.score[i])};
    if (!metrics.goal) continue;
    entry.speed_up = Estimate{speed_ups[i].value, IntervalOf(replicates.speed_up[i])};
    entry.updates_to_goal = speed_ups[i].updates;
  }
}

}  // namespace

const EntryMetrics* CaseMetrics::Find(uint32_t contestant) const {
  for (const EntryMetrics& entry : entries) {
    if (entry.contestant == contestant) return &entry;
  }
  return nullptr;
}

CaseMetrics MetricsOfCase(const v1::Evaluation& evaluation, uint32_t case_index,
                          std::span<const v1::EvaluationEntry* const> entries,
                          const Bootstrap& bootstrap, CaseReplicates& replicates) {
  CaseMetrics metrics;
  if (entries.empty()) return metrics;
  const v1::EvaluationCase& its_case = evaluation.cases(static_cast<int>(case_index));
  for (const auto* entry : entries) metrics.entries.push_back(LossesOf(*entry, its_case));
  metrics.scale = ScaleOf(metrics.entries);
  metrics.reference = ReferenceOf(evaluation, metrics.entries);
  AddFates(metrics, its_case.steps());
  AddRanks(metrics.entries);
  AddPairs(metrics);
  AddScoresAndSpeedUps(metrics, CaseRuns(metrics, its_case), case_index, bootstrap, replicates);
  return metrics;
}

}  // namespace paceline
