#include "coordinator/cli/commands/evaluation_report.h"

#include "common/base/output.h"
#include "common/suite/keys.h"

namespace paceline {

absl::Status WriteReportOf(const v1::Evaluation& evaluation, const std::string& folder) {
  return WriteOutput(folder + "/evaluation.binpb", DeterministicBytes(evaluation), kReplace);
}

}  // namespace paceline
