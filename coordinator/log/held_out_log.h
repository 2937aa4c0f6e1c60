// The log of a job's measurements on held-out tasks, in its folder:
//   held-out.jsonl            one JSON object per measurement (record_json.h), by outer step
//   tensorboard/held-out/...  the same numbers as TensorBoard scalars
#pragma once

#include <span>
#include <string>

#include "absl/status/status.h"
#include "common/base/clock.h"
#include "paceline/v1/job.pb.h"

namespace paceline {

// Writes it anew; `records` are all there are. Errors as WriteFileAtomically and EventFile.
absl::Status WriteHeldOutLog(const std::string& job_folder,
                             std::span<const v1::HeldOutRecord> records, const Clock& clock);

}  // namespace paceline
