// θ from the store: the newest good checkpoint, then the stored scalars, step by step.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/job/outer_loop.h"
#include "coordinator/store/store.h"

namespace paceline {

struct ReplayRequest {
  std::string job_folder;
  const JobRow* job = nullptr;
  // The replay starts at a checkpoint of this step at the latest, and ends at `last`.
  int64_t start_by = 0;
  int64_t last = 0;
  int threads = 1;
  // Called with the state at the start and after every step; may be empty.
  std::function<void(const OuterLoop&)> visit;
  // Called with a sentence for each checkpoint that could not be used; may be empty.
  std::function<void(const std::string&)> warn;
};

// DataLoss if a θ differs from the one that the store knows by its hash, or a step is missing.
absl::StatusOr<std::unique_ptr<OuterLoop>> Replay(Store& store, const ReplayRequest& request);

// Where a replay may start: at a checkpoint, or at θ_0 whatever there is.
enum class ReplayFrom { kCheckpoint, kStart };

// θ after `step` outer steps. OutOfRange if they are not done. Thread-safe beside a running job.
absl::StatusOr<std::vector<float>> ReplayTheta(Store& store, const std::string& job_folder,
                                               const JobRow& job, int64_t step, int threads,
                                               ReplayFrom from = ReplayFrom::kCheckpoint);

}  // namespace paceline
