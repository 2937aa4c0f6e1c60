// What an evaluation leaves on its user's disk.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "paceline/v1/evaluation.pb.h"

namespace paceline {

// Into the folder: evaluation.binpb and its report, the same bytes for equal evaluations. Errors as
// WriteOutput.
absl::Status WriteReportOf(const v1::Evaluation& evaluation, const std::string& folder);

}  // namespace paceline
