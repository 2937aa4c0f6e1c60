// The documents that a text consists of.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/data/file_bytes.h"

namespace paceline {

inline constexpr size_t kMaxTextBytes = size_t{1} << 30;

// As LoadText says.
absl::StatusOr<std::vector<FileBytes>> ReadDocuments(const std::string& path);

}  // namespace paceline
