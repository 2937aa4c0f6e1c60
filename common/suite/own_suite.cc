#include "common/suite/own_suite.h"

#include <fmt/format.h>

#include <optional>

#include "common/estimator/lengths.h"
#include "common/task/augment.h"
#include "common/task/facts.h"
#include "common/task/sample.h"

namespace paceline {
namespace {

// Nothing if the task has no width, or the scaled one is the same.
std::optional<v1::Task> WithWidth(const v1::Task& task, uint32_t numerator, uint32_t denominator) {
  const TaskFacts facts = FactsOf(task);
  if (facts.scaled == nullptr) return std::nullopt;
  v1::Task scaled = facts.scaled(task, numerator, denominator);
  if (FactsOf(scaled).text == facts.text) return std::nullopt;
  return scaled;
}

void Add(const std::optional<v1::Task>& task, const std::string& title, int64_t steps,
         v1::Suite& suite) {
  if (!task) return;
  v1::SuiteTask& added = *suite.add_tasks();
  *added.mutable_task() = *task;
  added.mutable_task()->set_weight(1);
  added.add_horizons(static_cast<uint64_t>(steps));
  added.set_draws(1);
  added.set_title(title);
}

}  // namespace

absl::StatusOr<v1::Suite> OwnSuite(const v1::JobConfig& config, const OwnSuiteOptions& options) {
  if (options.task >= static_cast<uint32_t>(config.tasks_size())) {
    return absl::InvalidArgumentError(
        fmt::format("there is no task {}; the config has tasks 0 to {}", options.task,
                    config.tasks_size() - 1));
  }
  // What is measured is the task itself, not what training makes of it.
  const v1::Task task = DrawTask(BareTask(config.tasks(static_cast<int>(options.task))),
                                 config.seed(), /*block=*/0, /*episode=*/0);
  if (FactsOf(task).is_system()) {
    return absl::InvalidArgumentError(
        "the job's task is a dynamical system; only learned optimizers are evaluated");
  }
  const int64_t horizon = options.length > 0 ? options.length : LongestEpisode(config);
  if (horizon < 1) {
    return absl::InvalidArgumentError(
        "the config does not say how long an episode is, and a training without inner steps "
        "measures nothing; say with --length STEPS how long it is to be");
  }
  v1::Suite suite;
  suite.set_name(config.name());
  suite.set_seed(config.seed());
  suite.set_seeds(options.seeds);
  suite.set_engine(config.engine());
  suite.set_held_out_points(10);
  suite.mutable_tuning()->set_transferred(true);
  suite.mutable_tuning()->set_trials(options.trials);
  suite.mutable_tuning()->set_seeds(options.tuning_seeds);
  Add(task, "Unseen initial weights", horizon, suite);
  Add(WithWidth(task, 2, 1), "Unseen width, twice as wide", horizon, suite);
  Add(WithWidth(task, 1, 2), "Unseen width, half as wide", horizon, suite);
  Add(task, "Twice the training length", 2 * horizon, suite);
  return suite;
}

}  // namespace paceline
