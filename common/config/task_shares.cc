#include "common/config/task_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "common/lopt/family.h"
#include "common/noise/streams.h"
#include "common/task/augment.h"
#include "common/task/facts.h"
#include "common/task/sample.h"
#include "common/text/table.h"

namespace paceline {
namespace {

constexpr double kMostTimes = 4;
// Of small networks on one core.
constexpr double kGflops = 10;
// Of a sample.
constexpr uint32_t kDraws = 16;

double CostOfDrawn(const v1::LearnedOptimizer& optimizer, const v1::Task& task) {
  const TaskFacts facts = FactsOf(task);
  if (facts.flops == 0 || facts.is_system()) return 0;
  const Family& family = FamilyOf(optimizer);
  const double update = family.flops == nullptr ? 0 : family.flops(optimizer, facts.tensors);
  return facts.flops + update + facts.calls * kSecondsPerCall * kGflops * 1e9;
}

double Rounded(double value) { return std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr); }

std::string NameOf(const v1::Task& task) {
  const std::string name = FactsOf(task).article_and_name;
  return name.substr(std::min(name.size(), name.find(' ') + 1));
}

}  // namespace

double StepCost(const v1::JobConfig& config, int task) {
  const v1::Task own = TrainedTask(config, task);
  if (!IsDrawnAnew(own)) return CostOfDrawn(config.optimizer(), own);
  double sum = 0;
  for (uint32_t draw = 0; draw < kDraws; ++draw) {
    // Of blocks that no job has.
    const v1::Task drawn = DrawTask(own, config.seed(), kMaxParticles - 1 - draw, 0);
    sum += CostOfDrawn(config.optimizer(), drawn);
  }
  return sum / kDraws;
}

void ResolveShares(v1::JobConfig& config) {
  if (config.shares() != v1::TASK_SHARES_COMPUTE) return;
  config.set_shares(v1::TASK_SHARES_EPISODES);
  std::vector<double> costs;
  double weights = 0, logs = 0;
  for (int i = 0; i < config.tasks_size(); ++i) {
    costs.push_back(StepCost(config, i));
    if (costs.back() == 0) continue;
    weights += config.tasks(i).weight();
    logs += config.tasks(i).weight() * std::log(costs.back());
  }
  if (weights == 0) return;
  const double mean = std::exp(logs / weights);
  for (int i = 0; i < config.tasks_size(); ++i) {
    if (costs[static_cast<size_t>(i)] == 0) continue;
    v1::Task& task = *config.mutable_tasks(i);
    const double times =
        std::clamp(mean / costs[static_cast<size_t>(i)], 1 / kMostTimes, kMostTimes);
    task.set_weight(Rounded(task.weight() * times));
  }
}

std::vector<TaskShare> TaskSharesOf(const v1::JobConfig& config) {
  std::vector<TaskShare> shares;
  double weights = 0, costs = 0;
  for (int i = 0; i < config.tasks_size(); ++i) {
    const double weight = config.tasks(i).weight(), cost = weight * StepCost(config, i);
    shares.push_back({.name = NameOf(config.tasks(i)), .episodes = weight, .computing = cost});
    weights += weight;
    costs += cost;
  }
  for (TaskShare& share : shares) {
    share.episodes /= weights;
    if (costs > 0) share.computing /= costs;
  }
  return shares;
}

std::string TaskSharesText(std::span<const TaskShare> shares) {
  if (shares.size() < 2) return "";
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < shares.size(); ++i) {
    rows.push_back({fmt::to_string(i), shares[i].name,
                    fmt::format("{:.1f} %", 100 * shares[i].episodes),
                    fmt::format("{:.1f} %", 100 * shares[i].computing)});
  }
  return TableText({"TASK", "", "EPISODES", "COMPUTING"}, rows, {.left = 2});
}

}  // namespace paceline
