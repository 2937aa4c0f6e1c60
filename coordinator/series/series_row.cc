#include "coordinator/series/series_row.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "common/text/answer_ages.h"

namespace paceline {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kTask = "task:";

double StepsPerSecond(const v1::OuterStepRecord& record) {
  return record.seconds() > 0 ? static_cast<double>(record.inner_steps()) / record.seconds()
                              : kNone;
}

}  // namespace

std::optional<size_t> MetricOf(std::string_view name, int tasks) {
  const auto* found = std::ranges::find(kMetrics, name);
  if (found != std::end(kMetrics)) return static_cast<size_t>(found - std::begin(kMetrics));
  if (!name.starts_with(kTask)) return std::nullopt;
  name.remove_prefix(kTask.size());
  int task = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), task);
  const bool whole = error == std::errc() && end == name.data() + name.size();
  if (!whole || task < 0 || task >= tasks) return std::nullopt;
  return std::size(kMetrics) + static_cast<size_t>(task);
}

size_t MetricsOf(int tasks) { return std::size(kMetrics) + static_cast<size_t>(tasks); }

std::vector<float> SeriesRowOf(const v1::OuterStepRecord& record, int tasks) {
  const double values[] = {record.has_mean_loss() ? record.mean_loss() : kNone,
                           record.has_loss_spread() ? record.loss_spread() : kNone,
                           record.gradient_norm(),
                           record.has_gradient_variance() ? record.gradient_variance() : kNone,
                           record.update_norm(),
                           record.has_theta_norm() ? record.theta_norm() : kNone,
                           record.learning_rate(),
                           static_cast<double>(record.diverged()),
                           StepsPerSecond(record),
                           record.seconds(),
                           record.coordinator_seconds(),
                           static_cast<double>(record.workers()),
                           AnswersOf(record) > 0 ? MeanAgeOf(record) : kNone};
  static_assert(std::size(values) == std::size(kMetrics));
  std::vector<float> row(MetricsOf(tasks), static_cast<float>(kNone));
  std::ranges::transform(values, row.begin(),
                         [](double value) { return static_cast<float>(value); });
  for (const v1::TaskLoss& loss : record.task_losses()) {
    if (loss.task() < static_cast<uint32_t>(tasks)) {
      row[std::size(kMetrics) + loss.task()] = static_cast<float>(loss.mean_loss());
    }
  }
  return row;
}

}  // namespace paceline
