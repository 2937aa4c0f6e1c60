// Where runs failed.
#pragma once

#include <vector>

#include "common/evaluation/metrics.h"

namespace paceline {

struct Failure {
  uint32_t case_index = 0;
  const EntryMetrics* entry = nullptr;
  double initial_loss = 0;
};

struct FailureLists {
  std::vector<Failure> learned;  // most failed runs first, then by case
  std::vector<Failure> baselines;
};

// Of all cases, those of studies too. Points into `metrics`.
FailureLists FailuresOf(const v1::Evaluation& evaluation, const Metrics& metrics);

}  // namespace paceline
