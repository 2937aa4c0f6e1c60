#include "worker/estimators/task_parts.h"

#include <algorithm>

#include "common/config/task_shares.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// A task rules if its noise is most of the noise, and so many times its part of the windows.
constexpr double kMost = 0.5, kTimes = 2;

}  // namespace

void TaskSamples::Add(size_t replica, int task, std::span<const double> gradient) {
  Task& own = tasks_[static_cast<size_t>(task)];
  const size_t count = own.replicas.count();
  const bool another = count == 0 || own.newest != replica;
  own.replicas.Add(another ? count : count - 1, gradient);
  own.newest = replica;
  ++own.samples;
}

std::vector<TaskPart> TaskPartsOf(const v1::JobConfig& config, const TaskSamples& samples) {
  const std::vector<TaskShare> shares = TaskSharesOf(config);
  std::vector<TaskPart> parts;
  size_t all = 0;
  for (const TaskSamples::Task& task : samples.tasks()) all += task.samples;
  double gradients = 0, variances = 0;
  for (size_t k = 0; k < shares.size(); ++k) {
    const TaskSamples::Task& task = samples.tasks()[k];
    TaskPart part = {.name = shares[k].name,
                     .windows = static_cast<double>(task.samples) / static_cast<double>(all)};
    Replicas replicas = task.replicas;
    replicas.DropEmpty();
    if (replicas.count() >= 2) {
      const Figures figures = Compare(replicas, replicas);
      part.gradient = figures.signal;
      part.variance = figures.variance;
    }
    gradients += part.windows * part.gradient.value;
    variances += part.windows * part.variance.value;
    parts.push_back(std::move(part));
  }
  for (TaskPart& part : parts) {
    if (gradients > 0) part.gradient_part = part.windows * part.gradient.value / gradients;
    if (variances > 0) part.variance_part = part.windows * part.variance.value / variances;
  }
  return parts;
}

std::string TaskAdvice(std::span<const TaskPart> parts) {
  const auto ruler = std::ranges::max_element(parts, {}, &TaskPart::variance_part);
  if (ruler == parts.end() || ruler->variance_part < kMost ||
      ruler->variance_part < kTimes * ruler->windows) {
    return "";
  }
  return fmt::format(
      "advice: {} runs in {:.0f} % of the windows and makes {:.0f} % of the noise; estimator.rank "
      "(or sign) lets every task weigh alike, meta_loss: parametric puts losses on one scale",
      ruler->name, 100 * ruler->windows, 100 * ruler->variance_part);
}

}  // namespace paceline
