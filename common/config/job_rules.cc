#include "common/config/job_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "common/config/estimator_rules.h"
#include "common/config/optimizer_rules.h"
#include "common/config/schema.h"
#include "common/config/suite_rules.h"
#include "common/config/task_rules.h"
#include "common/estimator/aggregation.h"
#include "common/estimator/settings.h"
#include "common/lopt/curvature.h"
#include "common/lopt/family.h"
#include "common/task/augment.h"
#include "common/task/facts.h"
#include "common/text/suggest.h"
#include "common/tier/tier.h"

namespace paceline {
namespace {

// A block lives on one worker as a whole.
constexpr double kMaxBlockGib = 64;
// The field's own bound; keeps the search for a divisor short for any message.
constexpr uint32_t kMaxBlock = 4096;

using Faults = std::vector<RuleFault>;

void CheckBlock(const v1::Estimator& estimator, Faults& faults) {
  const uint32_t particles = estimator.particles(), block = estimator.block();
  if (block == 0 || block > kMaxBlock || particles % block == 0) return;
  uint32_t below = block, above = block;
  while (particles % below != 0) --below;
  while (above <= kMaxBlock && particles % above != 0) ++above;
  const std::string nearest =
      above > kMaxBlock ? fmt::format("{}", below) : fmt::format("{} or {}", below, above);
  const std::string path = "estimator.block";
  faults.push_back({path,
                    fmt::format("{} is {}, which does not divide estimator.particles, {}; write {}",
                                path, block, particles, nearest),
                    {path, "estimator.particles"}});
}

void CheckWeightDecay(const v1::OuterOptimizer& optimizer, Faults& faults) {
  if (!optimizer.has_adam() || optimizer.adam().weight_decay() == 0) return;
  const std::string path = "outer.optimizer.adam.weight_decay";
  faults.push_back({path, path + " is for adamw; write adamw for adam, or leave it out", {path}});
}

void CheckAccumulate(const v1::Outer& outer, Faults& faults) {
  if (outer.accumulate() <= 1 || outer.steps() % outer.accumulate() == 0) return;
  const std::string path = "outer.accumulate";
  faults.push_back({path,
                    fmt::format("{} is {}, which does not divide outer.steps, {}; the gradients of "
                                "the last outer steps would be lost",
                                path, outer.accumulate(), outer.steps()),
                    {path, "outer.steps"}});
}

// The steps of the list's elements must rise.
template <class List>
void CheckRising(const std::string& list, const List& elements, Faults& faults) {
  for (int i = 1; i < elements.size(); ++i) {
    const uint32_t before = elements[i - 1].step(), step = elements[i].step();
    if (before < step) continue;
    const std::string here = ElementPath(list, i) + ".step";
    faults.push_back(
        {here,
         fmt::format("{} is {}; it must be above the step before it, {}", here, step, before),
         {here, ElementPath(list, i - 1) + ".step"}});
  }
}

void CheckSchedule(const v1::Outer& outer, Faults& faults) {
  const std::string path = "outer.schedule.cosine.warmup_steps";
  const auto& cosine = outer.schedule().cosine();
  const uint32_t accumulate = std::max(1u, outer.accumulate());
  const uint32_t updates = outer.steps() / accumulate;
  if (outer.schedule().has_cosine() && cosine.warmup_steps() >= updates) {
    const std::string limit =
        accumulate == 1 ? "outer.steps" : "the updates, outer.steps / outer.accumulate";
    faults.push_back({path,
                      fmt::format("{} is {}; it must be below {}, {}", path, cosine.warmup_steps(),
                                  limit, updates),
                      {path, "outer.steps", "outer.accumulate"}});
  }
  CheckRising("outer.schedule.piecewise.boundaries", outer.schedule().piecewise().boundaries(),
              faults);
  CheckRising("outer.schedule.linear.points", outer.schedule().linear().points(), faults);
}

std::string NumberOf(size_t count) {
  return fmt::format("{} number{}", count, count == 1 ? "" : "s");
}

// Parameters, gradient and the optimizer's accumulators, of an element of a matrix.
double FloatsPerParameter(const v1::LearnedOptimizer& optimizer) {
  if (optimizer.kind_case() == v1::LearnedOptimizer::KIND_NOT_SET) return 2;
  return 2 + FamilyOf(optimizer).accumulators(optimizer, {.name = "", .shape = {1, 1}});
}

void CheckMemory(const v1::JobConfig& config, Faults& faults) {
  for (int i = 0; i < config.tasks_size(); ++i) {
    const TaskFacts task = FactsOf(TrainedTask(config, i));
    if (task.is_system()) continue;
    const auto parameters = static_cast<double>(task.parameter_count());
    const double runs = 1.0 * RunsPerParticle(config.estimator()) * config.estimator().block();
    const double floats = parameters * FloatsPerParameter(config.optimizer()) +
                          static_cast<double>(task.history_floats);
    const double bytes = runs * floats * sizeof(float);
    const double gib = bytes / (1 << 30);
    if (gib <= kMaxBlockGib) continue;
    const std::string path = ElementPath("tasks", i);
    faults.push_back(
        {path,
         fmt::format("{} has {:.0f} parameters: a block of {} particles needs {:.0f} GiB of one "
                     "worker, and {:.0f} GiB is the most; lower estimator.block or the size "
                     "of the task",
                     path, parameters, config.estimator().block(), gib, kMaxBlockGib),
         {path, "estimator.block", "optimizer"}});
  }
}

void CheckTasks(const v1::JobConfig& config, Faults& faults) {
  for (int i = 0; i < config.tasks_size(); ++i) {
    CheckTaskRules(config.tasks(i), ElementPath("tasks", i), faults);
  }
}

// The job's own augmentations, which tasks without any have.
void CheckAugment(const v1::JobConfig& config, Faults& faults) {
  if (!config.has_augment()) return;
  for (int i = 0; i < config.tasks_size(); ++i) {
    if (!FactsOf(config.tasks(i)).is_system()) continue;
    const std::string path = ElementPath("tasks", i);
    faults.push_back({"augment",
                      fmt::format("augment is for tasks that an optimizer trains, and {} is a "
                                  "dynamical system; leave it out",
                                  path),
                      {"augment", path}});
  }
  v1::Task any;
  *any.mutable_augment() = config.augment();
  for (const TaskFault& fault : AugmentationFaults(any)) {
    faults.push_back({fault.field, fault.field + " " + fault.what, {fault.field}});
  }
}

// system_parameters and dynamical systems belong together, and nothing else runs them.
void CheckSystems(const v1::JobConfig& config, Faults& faults) {
  const bool parameters = config.optimizer().has_system_parameters();
  const auto given = static_cast<size_t>(config.optimizer().system_parameters().initial_size());
  const std::string initial = "optimizer.system_parameters.initial";
  for (int i = 0; i < config.tasks_size(); ++i) {
    const std::string path = ElementPath("tasks", i);
    const size_t wanted = FactsOf(config.tasks(i)).system_theta;
    if (parameters && wanted == 0) {
      faults.push_back({path,
                        path + " is trained by an optimizer, and system_parameters is none; write "
                               "a learned optimizer such as adafac_mlp for it, or a dynamical "
                               "system such as lorenz here",
                        {path, "optimizer.system_parameters"}});
    } else if (!parameters && wanted > 0) {
      faults.push_back({path,
                        fmt::format("{} is a dynamical system, which has no use for a learned "
                                    "optimizer; write system_parameters with an initial list of "
                                    "{} for optimizer",
                                    path, NumberOf(wanted)),
                        {path, "optimizer"}});
    } else if (wanted != given) {
      faults.push_back(
          {initial,
           fmt::format("{} has {}; {} has {}", initial, NumberOf(given), path, NumberOf(wanted)),
           {initial, path}});
    }
  }
}

// A tier that is asked for must be able to run every task.
void CheckEngine(const v1::JobConfig& config, Faults& faults) {
  const v1::Engine engine = config.engine();
  if (engine == v1::ENGINE_UNSPECIFIED || engine == v1::ENGINE_AUTO) return;
  for (int i = 0; i < config.tasks_size(); ++i) {
    const TaskFacts task = FactsOf(TrainedTask(config, i));
    if (task.tiers.empty() || task.tiers.contains(engine)) continue;
    std::vector<std::string> fit = {"auto"};
    for (const v1::Engine tier : task.tiers) fit.push_back(TierName(tier));
    const std::string path = ElementPath("tasks", i);
    faults.push_back({"engine",
                      fmt::format("engine is {}, which does not run {}, {}; write {}",
                                  TierName(engine), path, task.article_and_name, Listed(fit, "or")),
                      {"engine", path}});
  }
}

// Features from curvature want products with the task's Hessian.
void CheckCurvature(const v1::JobConfig& config, Faults& faults) {
  if (CurvatureOf(config.optimizer()).none()) return;
  for (int i = 0; i < config.tasks_size(); ++i) {
    const TaskFacts task = FactsOf(TrainedTask(config, i));
    if (task.tensors.empty() && !task.is_sample && !config.tasks(i).has_own()) continue;
    if (task.is_system() || task.has_curvature) continue;
    const std::string path = ElementPath("tasks", i);
    if (task.is_augmented && FactsOf(BareTask(config.tasks(i))).has_curvature) {
      faults.push_back({path,
                        fmt::format("{} is augmented, which leaves no curvature for the "
                                    "optimizer's features; leave features such as "
                                    "hessian_diagonal out, or augment",
                                    path),
                        {path, "optimizer", "augment"}});
      continue;
    }
    faults.push_back({path,
                      fmt::format("{} is {}, which has no curvature for the optimizer's features; "
                                  "leave features such as hessian_diagonal out, or the task",
                                  path, task.article_and_name),
                      {path, "optimizer"}});
  }
}

// quorum and async belong to the aggregation of that name.
void CheckAggregation(const v1::JobConfig& config, Faults& faults) {
  const std::string mode = "aggregation";
  const auto check_present = [&](bool wanted, bool given, const std::string& key,
                                 const std::string& example) {
    if (wanted && !given) {
      faults.push_back(
          {mode,
           fmt::format("{} is {}, but {} is missing; write {}", mode, key, key, example),
           {mode, key}});
    } else if (given && !wanted) {
      faults.push_back(
          {key,
           fmt::format("{} is for {}: {}; leave it out, or write that", key, mode, key),
           {mode, key}});
    }
  };
  check_present(IsQuorum(config), config.has_quorum(), "quorum", "quorum: {blocks: ...}");
  check_present(IsAsync(config), config.has_async(), "async",
                "async: {answers: ..., staleness: ...}");
  const v1::Estimator& estimator = config.estimator();
  if (estimator.block() == 0) return;
  const uint32_t blocks = estimator.particles() / estimator.block();
  const auto check_most = [&](uint32_t value, const std::string& path) {
    if (value <= blocks) return;
    faults.push_back({path,
                      fmt::format("{} is {}; it must be at most {}, the number of blocks: "
                                  "estimator.particles / estimator.block",
                                  path, value, blocks),
                      {path, "estimator.particles", "estimator.block"}});
  };
  check_most(config.quorum().blocks(), "quorum.blocks");
  check_most(config.async().answers(), "async.answers");
}

void CheckEvaluate(const v1::JobConfig& config, Faults& faults) {
  if (!config.has_evaluate()) return;
  if (config.optimizer().has_system_parameters()) {
    faults.push_back({"evaluate",
                      "evaluate measures an optimizer, and system_parameters is none; leave it out",
                      {"evaluate", "optimizer"}});
  }
  CheckSuiteRules(config.evaluate().suite(), "evaluate.suite", faults);
}

}  // namespace

std::vector<RuleFault> CheckJobRules(const v1::JobConfig& config) {
  Faults faults;
  CheckOptimizerRules(config.optimizer(), faults);
  CheckEstimatorRules(config, faults);
  CheckBlock(config.estimator(), faults);
  CheckWeightDecay(config.outer().optimizer(), faults);
  CheckAccumulate(config.outer(), faults);
  CheckSchedule(config.outer(), faults);
  CheckMemory(config, faults);
  CheckTasks(config, faults);
  CheckAugment(config, faults);
  CheckSystems(config, faults);
  CheckEngine(config, faults);
  CheckCurvature(config, faults);
  CheckAggregation(config, faults);
  CheckEvaluate(config, faults);
  return faults;
}

}  // namespace paceline
