// Commands that are programs of their own.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace paceline {

// Becomes the program; returns only if that fails. What was printed must be flushed before.
absl::Status Become(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace paceline
