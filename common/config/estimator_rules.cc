#include "common/config/estimator_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "common/config/field_rules.h"
#include "common/config/schema.h"
#include "common/estimator/leaf_sigma.h"
#include "common/estimator/settings.h"
#include "common/lopt/layout.h"
#include "common/task/facts.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

using Faults = std::vector<RuleFault>;

void CheckBounds(const std::string& path, uint32_t min, uint32_t max, Faults& faults) {
  if (min <= max) return;
  faults.push_back(
      {path + ".max",
       fmt::format("{0}.max is {1}, below {0}.min, {2}; it must be at least that", path, max, min),
       {path + ".max", path + ".min"}});
}

void CheckLength(const v1::Episode& episode, Faults& faults) {
  const auto& length = episode.log_uniform();
  CheckBounds("episode.log_uniform", length.min(), length.max(), faults);
  const auto& stages = episode.curriculum().stages();
  const std::string list = "episode.curriculum.stages";
  for (int i = 0; i < stages.size(); ++i) {
    const std::string here = ElementPath(list, i);
    CheckBounds(here, stages[i].min(), stages[i].max(), faults);
    if (i == 0 || stages[i - 1].step() < stages[i].step()) continue;
    faults.push_back({here + ".step",
                      fmt::format("{}.step is {}; it must be above the step before it, {}", here,
                                  stages[i].step(), stages[i - 1].step()),
                      {here + ".step", ElementPath(list, i - 1) + ".step"}});
  }
}

void CheckPeriod(const v1::Estimator& estimator, Faults& faults) {
  const uint32_t window = estimator.gpes().window(), period = estimator.gpes().period();
  if (!estimator.has_gpes() || window == 0 || period % window == 0) return;
  const std::string path = "estimator.gpes.period";
  const uint32_t below = period / window * window;
  const std::string nearest =
      below == 0 ? fmt::format("{}", window) : fmt::format("{} or {}", below, below + window);
  faults.push_back(
      {path,
       fmt::format("{} is {}, which is not a multiple of estimator.gpes.window, {}; write {}", path,
                   period, window, nearest),
       {path, "estimator.gpes.window"}});
}

void CheckLeaves(const v1::JobConfig& config, Faults& faults) {
  const auto& entries = config.estimator().leaf_sigma();
  // Leaves follow from the optimizer's own fields.
  if (entries.empty() || config.optimizer().kind_case() == v1::LearnedOptimizer::KIND_NOT_SET ||
      !CheckFieldRules(config.optimizer()).empty()) {
    return;
  }
  std::vector<std::string> paths;
  for (const ThetaLeaf& leaf : LayoutOf(config.optimizer()).leaves) paths.push_back(leaf.path);
  for (int i = 0; i < entries.size(); ++i) {
    const auto matches = [&](const std::string& path) {
      return LeafMatches(entries[i].leaf(), path);
    };
    if (std::ranges::any_of(paths, matches)) continue;
    const std::string here = ElementPath("estimator.leaf_sigma", i) + ".leaf";
    faults.push_back({here,
                      fmt::format("{} is {}, but the optimizer has no such leaf; it has {}", here,
                                  Quoted(entries[i].leaf()), Listed(paths, "and")),
                      {here, "optimizer"}});
  }
}

void CheckShaping(const v1::Estimator& estimator, Faults& faults) {
  const std::string path = "estimator.rank";
  if (!(estimator.rank() > 0)) return;
  if (estimator.sign() > 0) {
    faults.push_back({path,
                      path + " and estimator.sign both say what a difference becomes; leave one "
                             "of them out",
                      {path, "estimator.sign"}});
  }
  if (!Antithetic(estimator)) {
    faults.push_back({path,
                      path + " is of the differences of antithetic pairs; leave it out, or "
                             "estimator.antithetic: false",
                      {path, "estimator.antithetic"}});
  }
}

// The key of the objective that wants a fresh batch of data, or "".
std::string ScoredObjective(const v1::JobConfig& config) {
  const v1::Objective& objective = config.objective();
  if (objective.has_held_out_loss()) return "objective.held_out_loss";
  if (objective.has_accuracy()) return "objective.accuracy";
  const v1::DataSplit split = objective.final_loss().split();
  if (objective.has_final_loss() && split != v1::DATA_SPLIT_TRAIN) return "objective.final_loss";
  const bool recomputed = config.estimator().full_es().loss() == v1::EPISODE_LOSS_RECOMPUTED;
  return recomputed ? "estimator.full_es.loss" : "";
}

void CheckSystemObjective(const v1::JobConfig& config, Faults& faults) {
  const std::string path = ScoredObjective(config);
  if (path.empty()) return;
  for (int i = 0; i < config.tasks_size(); ++i) {
    if (!FactsOf(config.tasks(i)).is_system()) continue;
    const std::string task = ElementPath("tasks", i);
    faults.push_back({path,
                      fmt::format("{} is measured on data, and {}, a dynamical system, has none; "
                                  "choose another or leave the task out",
                                  path, task),
                      {path, task}});
  }
}

// Objectives that some task cannot offer, or that full ES's own choice contradicts.
void CheckObjective(const v1::JobConfig& config, Faults& faults) {
  const v1::Objective& objective = config.objective();
  CheckSystemObjective(config, faults);
  for (int i = 0; i < config.tasks_size(); ++i) {
    const TaskFacts task = FactsOf(config.tasks(i));
    if (!objective.has_accuracy() || task.has_classes || task.is_system()) continue;
    if (task.tensors.empty() && !task.is_sample && !config.tasks(i).has_own()) continue;
    faults.push_back({"objective.accuracy",
                      fmt::format("objective.accuracy is not to be had of {}, {}: it has no "
                                  "classes; choose another objective or leave the task out",
                                  ElementPath("tasks", i), task.article_and_name),
                      {"objective.accuracy", ElementPath("tasks", i)}});
  }
  const v1::FullEs& full_es = config.estimator().full_es();
  const bool own_choice = full_es.has_loss() && full_es.loss() != v1::EPISODE_LOSS_AVERAGE;
  for (const auto& [chosen, name] :
       {std::pair(objective.has_final_loss(), "final_loss"),
        std::pair(objective.has_steps_to_target(), "steps_to_target")}) {
    if (!chosen || !own_choice) continue;
    const std::string path = "estimator.full_es.loss";
    faults.push_back(
        {path,
         fmt::format("{} must be average with objective.{}, which is of a whole episode already",
                     path, name),
         {path, fmt::format("objective.{}", name)}});
  }
}

}  // namespace

void CheckEstimatorRules(const v1::JobConfig& config, Faults& faults) {
  CheckLength(config.episode(), faults);
  CheckPeriod(config.estimator(), faults);
  CheckLeaves(config, faults);
  CheckShaping(config.estimator(), faults);
  CheckObjective(config, faults);
}

}  // namespace paceline
