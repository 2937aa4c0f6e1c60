#include "common/metrics/families.h"

#include <algorithm>
#include <limits>

#include "prometheus/text_serializer.h"

namespace paceline {

using prometheus::MetricType;

void Families::Gauge(std::string_view name, std::string_view help, double value,
                     const Labels& labels) {
  Add(name, help, MetricType::Gauge, labels).gauge.value = value;
}

void Families::Counter(std::string_view name, std::string_view help, double value,
                       const Labels& labels) {
  Add(name, help, MetricType::Counter, labels).counter.value = value;
}

void Families::Histogram(std::string_view name, std::string_view help, const Distribution& values,
                         const Labels& labels) {
  prometheus::ClientMetric::Histogram& histogram =
      Add(name, help, MetricType::Histogram, labels).histogram;
  histogram.sample_count = values.count();
  histogram.sample_sum = values.sum();
  uint64_t cumulative = 0;
  for (size_t i = 0; i < values.counts().size(); ++i) {
    cumulative += values.counts()[i];
    const bool bounded = i < values.bounds().size();
    histogram.bucket.push_back(
        {cumulative, bounded ? values.bounds()[i] : std::numeric_limits<double>::infinity()});
  }
}

std::string Families::ToText() const { return prometheus::TextSerializer().Serialize(families_); }

prometheus::ClientMetric& Families::Add(std::string_view name, std::string_view help,
                                        MetricType type, const Labels& labels) {
  auto family = std::ranges::find(families_, name, &prometheus::MetricFamily::name);
  if (family == families_.end()) {
    families_.push_back({std::string(name), std::string(help), type, {}});
    family = families_.end() - 1;
  }
  prometheus::ClientMetric& metric = family->metric.emplace_back();
  for (const auto& [label, value] : labels) metric.label.push_back({label, value});
  return metric;
}

}  // namespace paceline
