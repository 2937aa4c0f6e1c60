// The numbers of one scrape, in families, as Prometheus' text format has them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/distribution.h"
#include "prometheus/metric_family.h"

namespace paceline {

// Not thread-safe. Names and labels are as Prometheus wants them: base units, `_total` of counters.
// A label's values are few whatever people and workers do: an enumeration, or names with a bound.
class Families {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  // Each adds a value to the family of that name, which begins with its first value and has the
  // first one's help.
  void Gauge(std::string_view name, std::string_view help, double value, const Labels& labels = {});
  void Counter(std::string_view name, std::string_view help, double value,
               const Labels& labels = {});
  void Histogram(std::string_view name, std::string_view help, const Distribution& values,
                 const Labels& labels = {});

  const std::vector<prometheus::MetricFamily>& all() const { return families_; }
  std::string ToText() const;

 private:
  prometheus::ClientMetric& Add(std::string_view name, std::string_view help,
                                prometheus::MetricType type, const Labels& labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace paceline
