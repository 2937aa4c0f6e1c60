// What the coordinator must not forget: jobs, the scalars of every outer step, events, and which
// checkpoints there are. θ itself is a replay of what is stored here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/estimator/gradient.h"
#include "paceline/v1/job.pb.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct JobRow {
  std::string name;
  v1::JobConfig config;
  std::string source_yaml;
  std::string request_id;
  v1::JobState state = v1::JOB_STATE_QUEUED;
  std::string message;
  std::string fingerprint;  // of the workers whose answers count; empty before the first
  int64_t submitted_ms = 0;
  int64_t started_ms = 0;
  int64_t ended_ms = 0;
  std::string submitter = {};  // who; empty: before there were identities
  int32_t priority = 0;        // among queued jobs, the highest first
};

// The outer step θ_{step−1} → θ_step, with all that is needed to take it again.
struct StepRow {
  int64_t step = 0;                        // from 1
  uint64_t theta_hash = 0;                 // ThetaHash of θ_step
  std::vector<ParticleScalars> particles;  // of the windows that counted, in order
  // These; empty of a strict job, where all blocks' windows of θ_{step−1} count.
  std::vector<CountedWindow> windows = {};
  v1::OuterStepRecord record;
};

struct EventRow {
  int64_t id = 0;  // rises
  int64_t unix_ms = 0;
  std::string text;
};

struct CheckpointRow {
  int64_t step = 0;
  std::string theta_sha256;  // of the whole files, see checkpoint.h
  std::string state_sha256;
  bool marked = false;  // kept whatever the policy (retention.h)
};

struct JobTotals {
  int64_t steps = 0;
  uint64_t inner_steps = 0;
  uint64_t diverged = 0;
};

// Thread-safe. What a method has returned OK for survives the machine's death. Errors:
// ResourceExhausted (disk full: nothing was changed, it may be tried again), DataLoss (damaged),
// FailedPrecondition (another program has taken the store over), PermissionDenied, Internal. After
// an error other than ResourceExhausted it is unknown what the disk holds: no change may be tried
// again.
class Store {
 public:
  virtual ~Store() = default;

  // Not OK once a change has failed in a way after which it is unknown what the disk holds. Every
  // later change fails with the same: the program is to end, and what was acknowledged is safe.
  virtual absl::Status health() { return absl::OkStatus(); }

  // A number that rises with every call, over all lives of the store.
  virtual absl::StatusOr<uint32_t> NextIncarnation() = 0;

  // AlreadyExists if the name is taken.
  virtual absl::Status AddJob(const JobRow& job) = 0;
  // State, message, fingerprint, start, end and priority of an existing job.
  virtual absl::Status UpdateJob(const JobRow& job) = 0;
  // In the order of submission.
  virtual absl::StatusOr<std::vector<JobRow>> Jobs() = 0;
  // Forgets the job and all that is stored of it.
  virtual absl::Status DeleteJob(const std::string& job) = 0;

  // FailedPrecondition unless row.step is the step after the last committed one. DataLoss, and
  // nothing is changed, if the step was acknowledged with another θ before it was lost.
  virtual absl::Status CommitStep(const std::string& job, const StepRow& row) = 0;
  // Up to `limit` rows with step > after, in order.
  virtual absl::StatusOr<std::vector<StepRow>> Steps(const std::string& job, int64_t after,
                                                     int limit) = 0;
  virtual absl::StatusOr<std::vector<v1::OuterStepRecord>> Records(const std::string& job,
                                                                   int64_t after, int limit) = 0;
  virtual absl::StatusOr<JobTotals> Totals(const std::string& job) = 0;

  virtual absl::Status AddEvent(const std::string& job, int64_t unix_ms,
                                const std::string& text) = 0;
  // The newest `limit` events with id > after, in order.
  virtual absl::StatusOr<std::vector<EventRow>> Events(const std::string& job, int64_t after,
                                                       int limit) = 0;

  // Replaces a row of the same step.
  virtual absl::Status AddCheckpoint(const std::string& job, const CheckpointRow& row) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<CheckpointRow>> Checkpoints(const std::string& job) = 0;
  // Forgets those of these steps; fine if there are none.
  virtual absl::Status RemoveCheckpoints(const std::string& job,
                                         const std::vector<int64_t>& steps) = 0;
};

}  // namespace paceline
