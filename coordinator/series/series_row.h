// What is plotted of an outer step: one number a metric.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paceline/v1/job.pb.h"

namespace paceline {

// Of every job; behind them the outer loss of each task.
inline constexpr std::string_view kMetrics[] = {"loss",
                                                "loss_spread",
                                                "gradient_norm",
                                                "gradient_variance",
                                                "update_norm",
                                                "theta_norm",
                                                "learning_rate",
                                                "diverged",
                                                "inner_steps_per_second",
                                                "seconds",
                                                "coordinator_seconds",
                                                "workers",
                                                "staleness"};

// A metric's place in a row: "loss" is 0, "task:2" that of the third task. Nothing if a job with so
// many tasks has none of that name.
std::optional<size_t> MetricOf(std::string_view name, int tasks);
size_t MetricsOf(int tasks);

// By metric; not a number where the step has none.
std::vector<float> SeriesRowOf(const v1::OuterStepRecord& record, int tasks);

}  // namespace paceline
