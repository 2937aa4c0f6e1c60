// θ of a job as a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/output.h"
#include "coordinator/cli/client/client.h"

namespace paceline {

// Writes θ after `step` outer steps (the newest if absent) to `path`, as WriteOutput; returns what
// was written. DataLoss if what arrived is not a safetensors file.
absl::StatusOr<v1::GetThetaReply> ExportTheta(JobClient& client, const std::string& job,
                                              std::optional<int64_t> step, const std::string& path,
                                              const OutputRules& rules);

}  // namespace paceline
