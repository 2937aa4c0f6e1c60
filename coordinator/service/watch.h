// The progress of one job, from the store and then live.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "coordinator/service/job_service.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Writes what happened after request.after_step, then what happens, until the job has ended,
// `write` says false or `cancelled` says true. The last message shows the job as ended. NotFound if
// there is no such job; Unavailable if the coordinator stops before the job has ended.
absl::Status FollowJob(JobServiceDeps& deps, const v1::WatchRequest& request,
                       const std::function<bool(const v1::Progress&)>& write,
                       const std::function<bool()>& cancelled);

}  // namespace paceline
