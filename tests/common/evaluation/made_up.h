// Metrics of the made-up evaluation, which take a second.
#pragma once

#include "common/evaluation/metrics.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {

inline const Metrics& MadeUpMetrics() {
  static const Metrics& metrics = *new Metrics(MetricsOf(MadeUpEvaluation()));
  return metrics;
}

}  // namespace paceline
