// How many jobs one submitter may have in the queue.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// ResourceExhausted if so many of the submitter's jobs have not ended. 0 lets it have any number,
// and so does the name "local", which is nobody's.
absl::Status CheckQueueOf(const std::string& submitter, const v1::ListReply& jobs, int64_t most);

}  // namespace paceline
