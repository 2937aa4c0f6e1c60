// What the commands about identities share.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/cli/client/access_client.h"
#include "coordinator/cli/commands/context.h"

namespace paceline {

// --data DIR: the folder instead of a coordinator. `data` outlives the command.
void AddDataFlag(Command& command, std::string& data);
// In the folder if one is given, else at the coordinator.
absl::StatusOr<std::unique_ptr<AccessClient>> OpenAccess(const Context& context,
                                                         const std::string& data);

}  // namespace paceline
