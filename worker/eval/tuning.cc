#include "worker/eval/tuning.h"

#include <algorithm>
#include <map>
#include <span>

namespace paceline {
namespace {

double MeanTrainingLoss(std::span<const RunResult> runs) {
  double sum = 0;
  for (const RunResult& run : runs) sum += run.training_loss;
  return sum / static_cast<double>(runs.size());
}

// What has been tried, and its losses.
class Trials {
 public:
  Trials(const Baseline& baseline, const TrainingRuns& runs, uint64_t key, int64_t steps, int seeds)
      : baseline_(baseline), runs_(runs), key_(key), steps_(steps), seeds_(seeds) {}

  absl::Status Try(std::vector<Setting> settings) {
    std::erase_if(settings, [&](const Setting& setting) { return losses_.contains(setting); });
    std::vector<RunPlan> plans;
    for (const Setting& setting : settings) {
      auto own = PlanRuns(key_, seeds_, ThetaAt(baseline_, setting));
      plans.insert(plans.end(), own.begin(), own.end());
    }
    const auto results = runs_.Run(baseline_, plans, steps_, TestLoss::kLeftOut);
    if (!results.ok()) return results.status();
    for (size_t i = 0; i < settings.size(); ++i) {
      losses_[settings[i]] = MeanTrainingLoss(std::span(*results).subspan(i * seeds_, seeds_));
    }
    return absl::OkStatus();
  }

  Setting Best() const {
    return std::ranges::min_element(losses_, {}, [](const auto& trial) { return trial.second; })
        ->first;
  }
  size_t count() const { return losses_.size(); }

 private:
  const Baseline& baseline_;
  const TrainingRuns& runs_;
  const uint64_t key_;
  const int64_t steps_;
  const int seeds_;
  std::map<Setting, double> losses_;
};

}  // namespace

absl::StatusOr<Tuned> Tune(const Baseline& baseline, const TrainingRuns& runs, uint64_t key,
                           int64_t steps, const TuningBudget& budget) {
  Trials trials(baseline, runs, key, steps, budget.seeds);
  absl::Status status = trials.Try(SpreadSettings(baseline.knobs, budget.settings));
  for (int round = 0; status.ok() && round < budget.rounds; ++round) {
    status = trials.Try(Neighbours(baseline.knobs, trials.Best()));
  }
  if (!status.ok()) return status;
  return Tuned{.setting = trials.Best(), .tried = trials.count()};
}

std::vector<float> ThetaAt(const Baseline& baseline, const Setting& setting) {
  std::vector<double> values;
  for (size_t k = 0; k < setting.size(); ++k) {
    values.push_back(baseline.knobs[k].values[setting[k]]);
  }
  return baseline.theta(values);
}

std::vector<RunPlan> PlanRuns(uint64_t key, int seeds, const std::vector<float>& theta) {
  std::vector<RunPlan> plans;
  plans.reserve(seeds);
  for (int i = 0; i < seeds; ++i) {
    plans.push_back({.seed = {.key = key, .particle = static_cast<uint32_t>(i)}, .theta = theta});
  }
  return plans;
}

}  // namespace paceline
