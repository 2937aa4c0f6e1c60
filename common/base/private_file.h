// Files with secrets.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace paceline {

// PermissionDenied if anybody but its owner may read or write it, or if that is neither this
// process's user nor root, saying what to do; NotFound if it is not there.
absl::Status CheckPrivate(const std::string& path);

}  // namespace paceline
