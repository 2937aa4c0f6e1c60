#include "coordinator/api/queue_limit.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

bool Waits(v1::JobState state) {
  return state == v1::JOB_STATE_QUEUED || state == v1::JOB_STATE_RUNNING ||
         state == v1::JOB_STATE_PAUSED;
}

}  // namespace

absl::Status CheckQueueOf(const std::string& submitter, const v1::ListReply& jobs, int64_t most) {
  if (most == 0 || submitter.empty() || submitter == "local") return absl::OkStatus();
  const auto waiting = std::ranges::count_if(jobs.jobs(), [&](const v1::JobSummary& job) {
    return job.submitter() == submitter && Waits(job.state());
  });
  if (waiting < most) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      submitter, " has ", waiting, " jobs that have not ended, which is as many as one may have; ",
      "cancel some, or wait (--max-jobs-per-user of the coordinator)"));
}

}  // namespace paceline
