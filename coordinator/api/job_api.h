// What people and their tools may ask of the coordinator, whatever they ask it by: gRPC is one way.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/api/event_loop.h"
#include "coordinator/api/watch_hub.h"
#include "coordinator/job/coordinator.h"
#include "coordinator/store/store.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Thread-safe: every method is called on the caller's thread and waits for the loop where it needs
// the coordinator. Meanings of requests, replies and errors are those of JobService (job.proto).
class JobApi {
 public:
  struct Deps {
    EventLoop& loop;
    Coordinator& coordinator;
    WatchHub& hub;
    Store& store;
    std::string data_folder;
    int threads = 1;                // for a replay
    int64_t max_jobs_per_user = 0;  // that have not ended; 0: as many as it likes
  };

  // What it is given outlives it.
  explicit JobApi(Deps deps) : deps_(std::move(deps)) {}

  // ResourceExhausted if the submitter has as many jobs as it may.
  absl::StatusOr<v1::SubmitReply> Submit(const v1::SubmitRequest& request,
                                         const std::string& submitter = "");
  absl::StatusOr<v1::ListReply> List();
  absl::StatusOr<v1::JobDetail> Show(const std::string& job);
  absl::StatusOr<v1::JobSummary> Pause(const std::string& job);
  absl::StatusOr<v1::JobSummary> Resume(const std::string& job);
  absl::StatusOr<v1::JobSummary> Cancel(const std::string& job);
  absl::StatusOr<v1::JobSummary> SetPriority(const std::string& job, int32_t priority);
  // Who submitted it; empty: before there were identities.
  absl::StatusOr<std::string> OwnerOf(const std::string& job);
  absl::Status Delete(const std::string& job);
  // Measurements of its θ on held-out tasks, by outer step.
  absl::StatusOr<std::vector<v1::HeldOutRecord>> HeldOut(const std::string& job);
  absl::StatusOr<v1::GetThetaReply> GetTheta(const v1::GetThetaRequest& request);
  absl::StatusOr<v1::ListWorkersReply> ListWorkers();

  // Writes what every outer step after request.after_step was made of, up to the newest one of
  // now, a few of them in memory at a time. Ends early, with OK, where `write` says false.
  absl::Status GetScalars(const v1::GetScalarsRequest& request,
                          const std::function<bool(const v1::StepScalars&)>& write);
  // Writes what happened so far. Ends early, with OK, where `write` says false.
  absl::Status Logs(const v1::LogsRequest& request,
                    const std::function<bool(const v1::LogEntry&)>& write);
  // Writes what happened after request.after_step, then what happens, until the job has ended,
  // `write` says false or `cancelled` says true. The last message shows the job as ended.
  // Unavailable if the coordinator stops before the job has ended.
  absl::Status Watch(const v1::WatchRequest& request,
                     const std::function<bool(const v1::Progress&)>& write,
                     const std::function<bool()>& cancelled);

 private:
  Deps deps_;
};

}  // namespace paceline
