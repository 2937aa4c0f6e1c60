// A folder whose files change all at once.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"

namespace paceline {

// Makes the folder hold these files and nothing else, private to this user. Whoever opens it sees
// the old ones or the new ones.
absl::Status SwapFolder(const std::string& folder, const std::map<std::string, std::string>& files);

}  // namespace paceline
