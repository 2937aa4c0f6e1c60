#include "worker/eval/evaluate.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base/digest.h"
#include "common/lopt/layout.h"
#include "common/task/facts.h"
#include "fmt/format.h"
#include "worker/eval/baselines.h"

namespace paceline {
namespace {

// A run key of its own for each use: training's is the config's seed.
uint64_t KeyFor(std::string_view use, uint64_t seed) {
  const std::string digest = Sha256Hex(fmt::format("paceline {} {}", use, seed));
  uint64_t key = 0;
  std::from_chars(digest.data(), digest.data() + 16, key, 16);
  return key == seed ? ~key : key;
}

std::vector<RunPlan> Plans(uint64_t key, int seeds, const std::vector<float>& theta) {
  std::vector<RunPlan> plans;
  plans.reserve(seeds);
  for (int i = 0; i < seeds; ++i) {
    plans.push_back({.seed = {.key = key, .particle = static_cast<uint32_t>(i)}, .theta = theta});
  }
  return plans;
}

double MeanTrainingLoss(std::span<const RunResult> runs) {
  double sum = 0;
  for (const RunResult& run : runs) sum += run.training_loss;
  return sum / static_cast<double>(runs.size());
}

// Evaluates one scenario.
class ScenarioEvaluator {
 public:
  ScenarioEvaluator(const TrainedOptimizer& trained, const EvalOptions& options,
                    const Scenario& scenario, const TrainingRuns& runs)
      : trained_(trained),
        training_(*trained.training),
        options_(options),
        scenario_(scenario),
        runs_(runs) {}

  absl::StatusOr<ScenarioResult> Evaluate() const {
    ScenarioResult result{.scenario = scenario_, .optimizers = {}};
    auto learned = Learned();
    if (!learned.ok()) return learned.status();
    result.optimizers.push_back(*std::move(learned));
    for (const Baseline& baseline : Baselines()) {
      auto tuned = Tuned(baseline);
      if (!tuned.ok()) return tuned.status();
      result.optimizers.push_back(*std::move(tuned));
    }
    return result;
  }

 private:
  uint64_t ResultKey() const { return KeyFor("evaluation", training_.config.seed()); }
  uint64_t TuningKey() const { return KeyFor("tuning", training_.config.seed()); }

  absl::StatusOr<OptimizerResult> Learned() const {
    const v1::LearnedOptimizer& config = trained_.optimizer;
    auto runs =
        runs_.Run(config, Plans(ResultKey(), options_.seeds, trained_.theta), scenario_.steps);
    if (!runs.ok()) return runs.status();
    return OptimizerResult{.key = "learned",
                           .title = LayoutOf(config).optimizer + " (learned)",
                           .learning_rate = std::nullopt,
                           .runs = *std::move(runs)};
  }

  absl::StatusOr<OptimizerResult> Tuned(const Baseline& baseline) const {
    const auto best = BestRate(baseline);
    if (!best.ok()) return best.status();
    const double rate = LearningRates()[*best];
    const auto plans = Plans(ResultKey(), options_.seeds, ThetaWithRate(baseline, rate));
    auto runs = runs_.Run(baseline.config, plans, scenario_.steps);
    if (!runs.ok()) return runs.status();
    return OptimizerResult{.key = baseline.key,
                           .title = baseline.title,
                           .learning_rate = rate,
                           .rate_at_edge = *best == 0 || *best + 1 == LearningRates().size(),
                           .runs = *std::move(runs)};
  }

  // Index of the rate with the lowest mean training loss at the end.
  absl::StatusOr<size_t> BestRate(const Baseline& baseline) const {
    std::vector<RunPlan> plans;
    for (const double rate : LearningRates()) {
      auto of_rate = Plans(TuningKey(), options_.tuning_seeds, ThetaWithRate(baseline, rate));
      plans.insert(plans.end(), of_rate.begin(), of_rate.end());
    }
    const auto runs = runs_.Run(baseline.config, plans, scenario_.steps);
    if (!runs.ok()) return runs.status();
    std::vector<double> means;
    for (size_t i = 0; i < LearningRates().size(); ++i) {
      means.push_back(MeanTrainingLoss(
          std::span(*runs).subspan(i * options_.tuning_seeds, options_.tuning_seeds)));
    }
    return std::min_element(means.begin(), means.end()) - means.begin();
  }

  const TrainedOptimizer& trained_;
  const Training& training_;
  const EvalOptions& options_;
  const Scenario& scenario_;
  const TrainingRuns& runs_;
};

}  // namespace

absl::StatusOr<Evaluation> Evaluate(const TrainedOptimizer& trained, const EvalOptions& options,
                                    DataStore& data,
                                    const std::function<void(const std::string&)>& say) {
  if (!trained.training) {
    return absl::InvalidArgumentError(
        "it does not say on what it was trained, as what was imported does not; say with --config "
        "CONFIG which job's tasks and lengths it is to be evaluated on");
  }
  const Training& training = *trained.training;
  if (options.task < 0 || options.task >= training.config.tasks_size()) {
    return absl::InvalidArgumentError(
        fmt::format("there is no task {}; the config has tasks 0 to {}", options.task,
                    training.config.tasks_size() - 1));
  }
  if (FactsOf(training.config.tasks(options.task)).is_system()) {
    return absl::InvalidArgumentError(
        "the job's task is a dynamical system; only learned optimizers are evaluated");
  }
  Evaluation evaluation{.job = training.job, .outer_step = training.step};
  evaluation.horizon =
      options.length > 0 ? options.length : TrainingHorizon(training.config.episode());
  for (const Scenario& scenario :
       MakeScenarios(training.config.tasks(options.task), evaluation.horizon)) {
    say(fmt::format("{}, {} inner steps: 3 x {} learning rates x {} runs, then 4 x {} runs",
                    scenario.title, scenario.steps, LearningRates().size(), options.tuning_seeds,
                    options.seeds));
    const auto runs =
        TrainingRuns::Create(scenario.task, training.config.engine(), data, options.threads);
    if (!runs.ok()) return runs.status();
    auto result = ScenarioEvaluator(trained, options, scenario, *runs).Evaluate();
    if (!result.ok()) return result.status();
    evaluation.scenarios.push_back(*std::move(result));
  }
  return evaluation;
}

}  // namespace paceline
