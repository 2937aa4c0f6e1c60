// Handing a config to a coordinator.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/client/client.h"
#include "coordinator/cli/commands/config_source.h"

namespace paceline {

// The job's name. Errors as JobClient::Submit.
absl::StatusOr<std::string> SubmitLoaded(JobClient& client, const LoadedConfig& loaded,
                                         int priority = 0);

}  // namespace paceline
