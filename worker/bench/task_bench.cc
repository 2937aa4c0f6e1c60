#include "worker/bench/task_bench.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/aligned_floats.h"
#include "common/config/task_rules.h"
#include "common/task/facts.h"
#include "common/tier/tier.h"
#include "worker/bench/cases.h"
#include "worker/bench/machine.h"
#include "worker/data/dataset.h"
#include "worker/engine/gradient_source.h"
#include "worker/task/make_task.h"
#include "worker/task/task.h"

namespace paceline {
namespace {

// One size of each family, of convolutions two; of policies the environment whose episodes all have
// the length that is counted.
constexpr const char* kTasks[] = {
    "{image_mlp: {hidden: [128, 128], size: 16, norm: layer}}",
    "{conv_net: {channels: [16, 32]}}",
    "{conv_net: {channels: [16, 32], size: 28}}",
    "{resnet: {size: 16, blocks: [1, 1, 1, 1], channels: [16, 16, 32, 32], stem_channels: 16}}",
    "{autoencoder: {hidden: [128, 32, 128], size: 16}}",
    "{vae: {encoder: [128], decoder: [128], size: 16}}",
    "{rnn_lm: {cell: gru, batch: 128, length: 32}}",
    "{rnn_lm: {cell: lstm, batch: 128, length: 32}}",
    "{transformer_lm: {width: 128, heads: 4, layers: 1, batch: 64, length: 32}}",
    "{vit: {size: 16, patch: 4, width: 64, heads: 4, mlp: 128}}",
    "{mlp_mixer: {size: 16, patch: 4, width: 64}}",
    "{graph_net: {hidden: [64, 64], layer: gcn, nodes: 64, batch: 16}}",
    "{graph_net: {hidden: [32, 32], layer: message_passing, nodes: 32, batch: 16}}",
    "{rnn_lm: {text: {synthetic: {associative_recall: {}}}, cell: gru, batch: 64, length: 32}}",
    "{policy_gradient: {environment: pendulum, hidden: [64, 64]}}",
    "{optimizer_training: {optimizer: {adafac_mlp: {}}, task: {dataset: digits, hidden: [16], "
    "batch: 16}}}",
    "{quadratic: {kind: spectrum, dimension: 1000}}",
};

struct Rate {
  double per_second = 0;
  double peak_gflops = 0;
};

// Calls step() until `seconds` are over.
template <class Step>
double StepsPerSecond(double seconds, const Step& step) {
  using Clock = std::chrono::steady_clock;
  step(0);  // allocates, fills caches
  const Clock::time_point begin = Clock::now();
  int64_t steps = 0;
  double passed = 0;
  while (passed < seconds) {
    step(++steps);
    passed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return static_cast<double>(steps) / passed;
}

Rate Measure(GradientSource& source, std::span<const float> parameters, double seconds) {
  AlignedFloats gradient(parameters.size());
  const double before = MeasurePeakGflops(1, 0.1 * seconds);
  const double rate = StepsPerSecond(seconds, [&](int64_t step) {
    source.LossAndGradient({.key = 1, .particle = 1, .episode = 1}, step, parameters,
                           gradient.span());
  });
  return {rate, std::max(before, MeasurePeakGflops(1, 0.1 * seconds))};
}

nlohmann::ordered_json Described(const v1::Task& task) {
  const TaskFacts facts = FactsOf(task);
  return {{"section", "tasks"},
          {"name", facts.article_and_name.substr(facts.article_and_name.find(' ') + 1)},
          {"task", facts.text},
          {"engine", TierName(facts.own_tier)},
          {"threads", 1},
          {"parameters", facts.parameter_count()},
          {"flops_per_inner_step", facts.flops}};
}

nlohmann::ordered_json MeasureTask(const v1::Task& config, const Task& task, double seconds,
                                   MachineLimits& limits) {
  const TaskFacts facts = FactsOf(config);
  AlignedFloats parameters(task.parameter_count());
  task.SampleInitial({.key = 1, .particle = 1, .episode = 1}, parameters.span());
  const auto own = MakeKernelSource(task, lane::ActiveTarget());
  const auto plain = MakePlainSource(task);
  const Rate rate = Measure(*own, parameters.span(), seconds);
  const Rate rival = Measure(*plain, parameters.span(), seconds);
  const double peak = std::max(rate.peak_gflops, rival.peak_gflops);
  limits.peak_gflops = std::max(limits.peak_gflops, peak);
  nlohmann::ordered_json row = Described(config);
  row["inner_steps_per_s"] = rate.per_second;
  row["fraction_of_peak"] = rate.per_second * facts.flops / (1e9 * peak);
  row["libtorch_steps_per_s"] = rival.per_second;
  row["times_libtorch"] = rate.per_second / rival.per_second;
  row["peak_gflops"] = peak;
  return row;
}

}  // namespace

absl::Status RunTaskSection(const EngineBenchOptions& options, MachineLimits& limits,
                            const std::function<void(nlohmann::ordered_json)>& take) {
  DataStore data(options.data_dir);
  for (const char* yaml : kTasks) {
    const auto config = ParseTask(yaml, "task");
    if (!config.ok()) return config.status();
    std::cerr << "  " << yaml << std::endl;
    const auto task = MakeTask(*config, data);
    if (absl::IsNotFound(task.status())) {
      nlohmann::ordered_json row = Described(*config);
      row["missing"] = std::string(task.status().message());
      take(std::move(row));
      continue;
    }
    if (!task.ok()) return task.status();
    take(MeasureTask(*config, **task, options.seconds / 4, limits));
  }
  return absl::OkStatus();
}

}  // namespace paceline
