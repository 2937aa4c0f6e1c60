// Whether a coordinator can be reached, and whether those that meet there fit together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/cli/doctor/finding.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// `answered`: what asking it came to. `chosen`: somebody has said where it is, so that it should be
// there.
Finding CheckCoordinator(const std::string& coordinator, const absl::Status& answered, bool chosen);
// `own`: this program's version, for people.
Finding CheckWorkers(const v1::ListWorkersReply& workers, const std::string& own);

// The time that an HTTP server says it is (RFC 9110, 5.6.7); nothing if it does not.
std::optional<int64_t> TimeOfHttpAnswer(const std::string& answer);
// Certificates and logs want clocks that agree.
Finding CheckClock(std::optional<int64_t> theirs_ms, int64_t ours_ms);

// `format`: of the coordinator's database there, if there is one.
Finding CheckStore(const std::string& folder, const absl::StatusOr<std::optional<int>>& format);
absl::StatusOr<std::optional<int>> StoreFormatIn(const std::string& folder);

}  // namespace paceline
