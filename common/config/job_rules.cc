#include "common/config/job_rules.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "common/config/optimizer_rules.h"
#include "common/config/schema.h"

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

void CheckLength(const v1::Episode& episode, Faults& faults) {
  if (!episode.has_log_uniform()) return;
  const auto& length = episode.log_uniform();
  if (length.min() <= length.max()) return;
  const std::string path = "episode.log_uniform.max";
  faults.push_back(
      {path,
       fmt::format("{} is {}, below episode.log_uniform.min, {}; it must be at least that", path,
                   length.max(), length.min()),
       {path, "episode.log_uniform.min"}});
}

void CheckWeightDecay(const v1::OuterOptimizer& optimizer, Faults& faults) {
  if (!optimizer.has_adam() || optimizer.adam().weight_decay() == 0) return;
  const std::string path = "outer.optimizer.adam.weight_decay";
  faults.push_back({path, path + " is for adamw; write adamw for adam, or leave it out", {path}});
}

void CheckSchedule(const v1::Outer& outer, Faults& faults) {
  const std::string path = "outer.schedule.cosine.warmup_steps";
  const auto& cosine = outer.schedule().cosine();
  if (outer.schedule().has_cosine() && cosine.warmup_steps() >= outer.steps()) {
    faults.push_back({path,
                      fmt::format("{} is {}; it must be below outer.steps, {}", path,
                                  cosine.warmup_steps(), outer.steps()),
                      {path, "outer.steps"}});
  }
  const std::string list = "outer.schedule.piecewise.boundaries";
  const auto& boundaries = outer.schedule().piecewise().boundaries();
  for (int i = 1; i < boundaries.size(); ++i) {
    const uint32_t before = boundaries[i - 1].step(), step = boundaries[i].step();
    if (before < step) continue;
    const std::string here = ElementPath(list, i) + ".step";
    faults.push_back(
        {here,
         fmt::format("{} is {}; it must be above the step before it, {}", here, step, before),
         {here, ElementPath(list, i - 1) + ".step"}});
  }
}

// Of a task with 10 classes.
double ParameterCount(const v1::Task& task) {
  if (task.has_quadratic()) return task.quadratic().dimension();
  double count = 0;
  double inputs = static_cast<double>(task.image_mlp().size()) * task.image_mlp().size();
  for (const uint32_t width : task.image_mlp().hidden()) {
    count += (inputs + 1) * width;
    inputs = width;
  }
  return task.has_image_mlp() ? count + (inputs + 1) * 10 : 0;
}

// Parameters, gradient and the optimizer's accumulators.
double FloatsPerParameter(const v1::LearnedOptimizer& optimizer) {
  switch (optimizer.kind_case()) {
    case v1::LearnedOptimizer::kLearnableSgdm:
      return 3;
    case v1::LearnedOptimizer::kLearnableAdam:
    case v1::LearnedOptimizer::kLearnedSchedule:
    case v1::LearnedOptimizer::kNnAdam:
      return 4;
    case v1::LearnedOptimizer::kRnnMlpLopt:
      return optimizer.rnn_mlp_lopt().decays().empty()
                 ? 12
                 : 2.0 + 2 * optimizer.rnn_mlp_lopt().decays_size();
    case v1::LearnedOptimizer::kMlpLopt:
      return 8;
    case v1::LearnedOptimizer::kAdafacMlp:
    case v1::LearnedOptimizer::kMuAdafacMlp:
    case v1::LearnedOptimizer::kMlpNomLopt:
    case v1::LearnedOptimizer::kCelo2:
    case v1::LearnedOptimizer::kHyperV2:
      return 6;
    case v1::LearnedOptimizer::kLinear:
      return 2.0 + optimizer.linear().momentum_decays_size() + optimizer.linear().rms_decays_size();
    default:
      return 2;
  }
}

void CheckMemory(const v1::JobConfig& config, Faults& faults) {
  for (int i = 0; i < config.tasks_size(); ++i) {
    const double parameters = ParameterCount(config.tasks(i));
    const double bytes = 2.0 * config.estimator().block() * parameters *
                         FloatsPerParameter(config.optimizer()) * sizeof(float);
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

}  // namespace

std::vector<RuleFault> CheckJobRules(const v1::JobConfig& config) {
  Faults faults;
  CheckOptimizerRules(config.optimizer(), faults);
  CheckLength(config.episode(), faults);
  CheckBlock(config.estimator(), faults);
  CheckWeightDecay(config.outer().optimizer(), faults);
  CheckSchedule(config.outer(), faults);
  CheckMemory(config, faults);
  return faults;
}

}  // namespace paceline
