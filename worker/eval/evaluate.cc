#include "worker/eval/evaluate.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base/digest.h"
#include "common/estimator/lengths.h"
#include "common/lopt/layout.h"
#include "common/task/facts.h"
#include "common/task/sample.h"
#include "fmt/format.h"
#include "worker/baselines/baselines.h"

namespace paceline {
namespace {

// A run key of its own for each use: training's is the config's seed.
uint64_t KeyFor(std::string_view use, uint64_t seed) {
  const std::string digest = Sha256Hex(fmt::format("paceline {} {}", use, seed));
  uint64_t key = 0;
  std::from_chars(digest.data(), digest.data() + 16, key, 16);
  return key == seed ? ~key : key;
}

std::vector<ChosenKnob> OtherKnobs(const Baseline& baseline, const Setting& setting) {
  std::vector<ChosenKnob> others;
  for (size_t k = 1; k < baseline.knobs.size(); ++k) {
    const Knob& knob = baseline.knobs[k];
    others.push_back({knob.name, knob.values[setting[k]], knob.Text(setting[k])});
  }
  return others;
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
      if (!runs_.Suits(baseline)) continue;
      auto tuned = AtItsBest(baseline);
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
        runs_.Run(config, PlanRuns(ResultKey(), options_.seeds, trained_.theta), scenario_.steps);
    if (!runs.ok()) return runs.status();
    return OptimizerResult{.key = "learned",
                           .title = LayoutOf(config).optimizer + " (learned)",
                           .learning_rate = std::nullopt,
                           .runs = *std::move(runs)};
  }

  absl::StatusOr<OptimizerResult> AtItsBest(const Baseline& baseline) const {
    const auto best = Tune(baseline, runs_, TuningKey(), scenario_.steps, options_.tuning);
    if (!best.ok()) return best.status();
    const auto plans = PlanRuns(ResultKey(), options_.seeds, ThetaAt(baseline, best->setting));
    auto runs = runs_.Run(baseline, plans, scenario_.steps, TestLoss::kMeasured);
    if (!runs.ok()) return runs.status();
    const std::vector<double>& rates = baseline.knobs.front().values;
    const size_t rate = best->setting.front();
    return OptimizerResult{.key = baseline.key,
                           .title = baseline.title,
                           .learning_rate = rates[rate],
                           .rate_at_edge = rate == 0 || rate + 1 == rates.size(),
                           .others = OtherKnobs(baseline, best->setting),
                           .settings_tried = best->tried,
                           .runs = *std::move(runs)};
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
  // Of a sample, what the first episode of the first block draws.
  const v1::Task task = DrawTask(training.config.tasks(options.task), training.config.seed(),
                                 /*block=*/0, /*episode=*/0);
  if (FactsOf(task).is_system()) {
    return absl::InvalidArgumentError(
        "the job's task is a dynamical system; only learned optimizers are evaluated");
  }
  Evaluation evaluation{
      .job = training.job, .outer_step = training.step, .tuning_seeds = options.tuning.seeds};
  evaluation.horizon = options.length > 0 ? options.length : LongestEpisode(training.config);
  if (evaluation.horizon < 1) {
    return absl::InvalidArgumentError(
        "the config does not say how long an episode is, and a training without inner steps "
        "measures nothing; say with --length STEPS how long it is to be");
  }
  for (const Scenario& scenario : MakeScenarios(task, evaluation.horizon)) {
    say(
        fmt::format("{}, {} inner steps: hand-designed optimizers tuned by {} runs a setting, then "
                    "{} runs of each",
                    scenario.title, scenario.steps, options.tuning.seeds, options.seeds));
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
