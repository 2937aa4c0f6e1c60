// Samples of gradient estimates at a fixed θ, by the parts that a job runs on.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paceline/v1/job_config.pb.h"
#include "worker/data/dataset.h"
#include "worker/estimators/figures.h"
#include "worker/estimators/task_parts.h"

namespace paceline {

struct SampleOptions {
  uint64_t salt = 0;        // other samples of the same config: another salt
  int64_t inner_steps = 0;  // what may be spent, of all runs together
  int threads = 1;
};

// What one config's samples came to.
struct Samples {
  Replicas replicas{0};
  TaskSamples of_tasks{0, 0};  // the same by task; of pathwise gradients, nothing
  double inner_steps = 0;      // of one estimate, all its runs
};

// Gradient estimates of one block of the job. Each replica is a job of its own seed, which runs one
// whole episode first, so that its windows are spread over all positions, and then one sample a
// window for another episode's length; with full ES a sample is an episode. At least eight
// replicas. A job of N blocks has the same mean and an Nth of the variance.
absl::StatusOr<Samples> SampleEs(const v1::JobConfig& config, std::span<const float> theta,
                                 const SampleOptions& options, DataStore& data);

// Pathwise gradients, one run an estimate: whole episodes (window 0), or truncated to windows, all
// positions of an episode in turn. Unavailable, with why, where there is none (lengths that differ,
// several tasks, an optimizer that autograd does not know) or it would take too much memory.
absl::StatusOr<Samples> SamplePathwise(const v1::JobConfig& config, int64_t window,
                                       std::span<const float> theta, const SampleOptions& options,
                                       DataStore& data);

// Inner steps of the longest of the episodes that begin with the job: replicas know no other.
int64_t LongestFirstEpisode(const v1::JobConfig& config);

}  // namespace paceline
