// What an optimizer's own training asks of it: the suite of `paceline eval`.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "paceline/v1/evaluation.pb.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct OwnSuiteOptions {
  uint32_t task = 0;     // number of the config's task
  int64_t length = 0;    // inner steps of its horizon; 0: the longest episode of the config
  uint32_t seeds = 10;   // trainings of each optimizer
  uint32_t trials = 50;  // of each hand-designed one
  uint32_t tuning_seeds = 2;
};

// Unseen initial weights at the training horizon; twice and half the width where there is one;
// twice the horizon. Of a task that is a sample, what the first episode of the first block draws.
// InvalidArgument: the config has no such task, or its task is a dynamical system, or no episode
// has an end.
absl::StatusOr<v1::Suite> OwnSuite(const v1::JobConfig& config, const OwnSuiteOptions& options);

}  // namespace paceline
