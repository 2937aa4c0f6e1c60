// --task-plugin, of all programs that compute.
#pragma once

#include <string>
#include <vector>

#include "common/command/command.h"

namespace paceline {

void AddPluginFlag(Command& command, std::vector<std::string>& paths);

}  // namespace paceline
