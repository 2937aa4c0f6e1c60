// The coordinator's JobService as plain functions: a deadline on every call, errors that a person
// can act on (Unavailable or DeadlineExceeded where the coordinator does not answer).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/tls_flags.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

class JobWatcher;
class ScalarStream;

// Where the coordinator is, and how to talk to it.
struct Connection {
  std::string coordinator;
  TlsFlags tls;
};

// Thread-safe.
class JobClient {
 public:
  // Does not connect yet. Errors as OpenChannel.
  static absl::StatusOr<std::unique_ptr<JobClient>> Open(const Connection& connection);
  ~JobClient();

  // Tried once more after a lost connection: `request.request_id` makes that safe.
  absl::StatusOr<std::string> Submit(const v1::SubmitRequest& request);
  absl::StatusOr<v1::ListReply> List();
  absl::StatusOr<v1::JobDetail> Show(const std::string& job);
  absl::StatusOr<v1::JobSummary> Pause(const std::string& job);
  absl::StatusOr<v1::JobSummary> Resume(const std::string& job);
  absl::StatusOr<v1::JobSummary> Cancel(const std::string& job);
  absl::StatusOr<v1::JobSummary> SetPriority(const std::string& job, int32_t priority);
  // For good; of a job that has ended.
  absl::Status Delete(const std::string& job);
  // Calls `take` with every entry so far, in order of time.
  absl::Status Logs(const std::string& job, int64_t after_step,
                    const std::function<void(const v1::LogEntry&)>& take);
  // The newest step if `step` is absent.
  absl::StatusOr<v1::GetThetaReply> GetTheta(const std::string& job, std::optional<int64_t> step,
                                             bool from_scalars = false);
  // What the job's outer steps after `after_step` were made of. The client may go before it.
  std::unique_ptr<ScalarStream> Scalars(const std::string& job, int64_t after_step);
  absl::StatusOr<v1::ListWorkersReply> ListWorkers();
  // Outer steps after `after_step` first, then live. The client may go before the watcher.
  std::unique_ptr<JobWatcher> Watch(const std::string& job, int64_t after_step);

 private:
  struct Rpc;
  JobClient(Connection connection, std::unique_ptr<Rpc> rpc);

  const Connection connection_;
  std::unique_ptr<Rpc> rpc_;
};

}  // namespace paceline
