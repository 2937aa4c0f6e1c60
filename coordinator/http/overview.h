// What many pages look at, asked of the coordinator a few times a second at most.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "coordinator/api/evaluation_api.h"
#include "coordinator/api/job_api.h"

namespace paceline {

// Thread-safe. Waits for the coordinator's loop.
class Overview {
 public:
  // What it is given outlives it.
  Overview(JobApi& jobs, EvaluationApi& evaluations, const Clock& clock)
      : jobs_api_(jobs), evaluations_api_(evaluations), clock_(clock) {}

  using Jobs = std::shared_ptr<const v1::ListReply>;
  using Workers = std::shared_ptr<const v1::ListWorkersReply>;
  using Evaluations = std::shared_ptr<const v1::ListEvaluationsReply>;
  absl::StatusOr<Jobs> GetJobs();
  absl::StatusOr<Workers> GetWorkers();
  absl::StatusOr<Evaluations> GetEvaluations();
  // Something was changed, and whoever changed it wants to see that.
  void Forget();

 private:
  template <typename Reply>
  struct Kept {
    std::mutex mutex;
    std::shared_ptr<const Reply> reply;  // guarded by mutex
    SteadyTime asked{};                  // guarded by mutex
  };
  template <typename Reply, typename Ask>
  absl::StatusOr<std::shared_ptr<const Reply>> Get(Kept<Reply>& kept, Ask ask);

  JobApi& jobs_api_;
  EvaluationApi& evaluations_api_;
  const Clock& clock_;
  Kept<v1::ListReply> jobs_;
  Kept<v1::ListWorkersReply> workers_;
  Kept<v1::ListEvaluationsReply> evaluations_;
};

}  // namespace paceline
