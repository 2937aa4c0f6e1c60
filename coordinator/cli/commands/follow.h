// Showing a job's progress until it ends.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/client/job_watcher.h"
#include "coordinator/cli/commands/context.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Follows `watcher` to the job's end and returns the state it ended in. `check` is called several
// times a second; its error ends the following and is returned. Other errors as JobWatcher::status.
absl::StatusOr<v1::JobState> Follow(const Context& context, JobWatcher& watcher,
                                    const std::function<absl::StatusOr<std::string>()>& check);

}  // namespace paceline
