// What makes names durable.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace paceline {

// Whatever was made, renamed or removed in the folder is so after a loss of power, too.
absl::Status SyncFolder(const std::string& folder);
// That of a file or folder; "." for a mere name.
std::string FolderOf(const std::string& path);

}  // namespace paceline
