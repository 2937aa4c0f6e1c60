#include "worker/bench/update_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/aligned_floats.h"
#include "common/baseline/flops.h"
#include "common/config/optimizer.h"
#include "common/config/schema.h"
#include "common/lopt/family.h"
#include "common/task/facts.h"
#include "nlohmann/json.hpp"
#include "worker/baselines/make.h"
#include "worker/bench/cases.h"

namespace paceline {
namespace {

// Of updates whose time is taken together: a period of every optimizer that has one.
constexpr int64_t kPeriod = 20;

struct Measured {
  std::string name;
  bool learned = false;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<float> theta = {};
  double flops = 0;
};

// The shortest seconds of `body`, called again until `seconds` are over.
template <class Body>
double ShortestSeconds(double seconds, const Body& body) {
  using Clock = std::chrono::steady_clock;
  body();  // fills caches
  double shortest = HUGE_VAL, passed = 0;
  while (passed < seconds) {
    const Clock::time_point begin = Clock::now();
    body();
    const double own = std::chrono::duration<double>(Clock::now() - begin).count();
    shortest = std::min(shortest, own);
    passed += own;
  }
  return shortest;
}

AlignedFloats Normals(size_t size, float scale) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  AlignedFloats values(size);
  for (float& x : values.span()) x = scale * normal(random);
  return values;
}

double UpdateSeconds(const Measured& measured, size_t count, double seconds) {
  const Optimizer& optimizer = *measured.optimizer;
  const auto prepared = optimizer.Prepare(measured.theta);
  const AlignedFloats gradient = Normals(count, 0.01f);
  AlignedFloats parameters = Normals(count, 0.1f), state(optimizer.state_size());
  AlignedFloats scratch(optimizer.scratch_size());
  optimizer.InitState(*prepared, state.span());
  int64_t iteration = 0;
  return ShortestSeconds(seconds,
                         [&] {
                           for (int64_t i = 0; i < kPeriod; ++i) {
                             const InnerStep step = {.iteration = iteration++,
                                                     .num_steps = 100000,
                                                     .loss = 1,
                                                     .gradient = gradient.data()};
                             optimizer.Update(*prepared, step, parameters.span(), state.span(),
                                              scratch.span());
                           }
                         }) /
         kPeriod;
}

// Of a copy of half of so many floats onto the other half.
double CopySeconds(size_t floats, double seconds) {
  const size_t half = floats / 2;
  AlignedFloats from = Normals(half, 1), to(half);
  return ShortestSeconds(seconds,
                         [&] {
                           for (int64_t i = 0; i < kPeriod; ++i) {
                             std::memcpy(to.data(), from.data(), half * sizeof(float));
                             asm volatile("" : : "r"(to.data()) : "memory");
                           }
                         }) /
         kPeriod;
}

absl::StatusOr<Measured> Learned(const std::string& kind,
                                 const std::vector<ParameterTensor>& tensors) {
  const auto yaml = OptimizerYaml(kind);
  if (!yaml.ok()) return yaml.status();
  const auto config = ParseOptimizer(*yaml, "bench");
  if (!config.ok()) return config.status();
  return Measured{.name = kind,
                  .learned = true,
                  .optimizer = MakeOptimizer(*config, tensors, Arithmetic::kSimd),
                  .theta = InitialTheta(LayoutOf(*config), 1),
                  .flops = FamilyOf(*config).flops(*config, tensors)};
}

absl::StatusOr<Measured> HandDesigned(const BaselineRule& rule,
                                      const std::vector<ParameterTensor>& tensors) {
  v1::BaselineSetting setting;
  setting.set_rule(std::string(rule.key));
  auto optimizer = MakeBaseline(setting, tensors);
  if (!optimizer.ok()) return optimizer.status();
  return Measured{.name = setting.rule(),
                  .optimizer = *std::move(optimizer),
                  .flops = BaselineFlops(setting, tensors)};
}

nlohmann::ordered_json MeasureRow(const std::string& task, size_t count, const Measured& measured,
                                  double seconds) {
  const size_t state = measured.optimizer->state_size();
  const double state_bytes = sizeof(float) * static_cast<double>(state);
  const double update = UpdateSeconds(measured, count, seconds);
  const double copy = CopySeconds(2 * count + state, seconds / 4);
  return {{"section", "updates"},
          {"name", measured.name},
          {"task", task},
          {"threads", 1},
          {"learned", measured.learned},
          {"parameters", count},
          {"state_bytes_per_parameter", state_bytes / static_cast<double>(count)},
          {"flops", measured.flops},
          {"value", 1e6 * update},
          {"unit", "us"},
          {"gflops", 1e-9 * measured.flops / update},
          {"copy_us", 1e6 * copy},
          {"times_copy", update / copy}};
}

}  // namespace

absl::Status RunUpdateSection(const UpdateBenchOptions& options,
                              const std::function<void(nlohmann::ordered_json)>& take) {
  for (const std::string& task : options.tasks) {
    const auto cases = MakeCases({.tasks = {task}, .optimizers = {"adafac_mlp"}, .particles = {1}});
    if (!cases.ok()) return cases.status();
    const TaskFacts facts = FactsOf(cases->front().config.tasks(0));
    const auto measure = [&](const absl::StatusOr<Measured>& measured) {
      if (measured.ok()) {
        take(MeasureRow(task, facts.parameter_count(), *measured, options.seconds));
      }
      return measured.status();
    };
    for (const BaselineRule& rule : BaselineRules()) {
      if (absl::Status done = measure(HandDesigned(rule, facts.tensors)); !done.ok()) return done;
    }
    for (const Family& family : Families()) {
      if (family.kind == v1::LearnedOptimizer::kSystemParameters) continue;
      if (absl::Status done = measure(Learned(family.name, facts.tensors)); !done.ok()) return done;
    }
  }
  return absl::OkStatus();
}

}  // namespace paceline
