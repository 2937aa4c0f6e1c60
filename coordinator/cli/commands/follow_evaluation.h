// From a submitted evaluation to its report.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/client/evaluation_client.h"
#include "coordinator/cli/commands/context.h"

namespace paceline {

// Says on standard error how it goes, until it ends; then writes what came of it into `folder`
// (empty: evaluation-NAME here) and answers. Cancelled at Ctrl-C, which lets it go on and says how
// to come back; other errors as EvaluationWatcher::status, EvaluationClient::Result and
// WriteReportOf.
absl::StatusOr<ExitStatus> FollowEvaluation(const Context& context, EvaluationClient& client,
                                            const std::string& name, const std::string& folder);

}  // namespace paceline
