// Whole files, with errors that name the path and the reason.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paceline {

// NotFound, PermissionDenied, or ResourceExhausted if the file is larger than max_bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes = size_t{1} << 32);
// Writes to a temporary name beside `path`, syncs, renames, syncs the folder: after a crash the
// file is the old one or the new one, whole.
absl::Status WriteFileAtomically(const std::string& path, std::string_view bytes);
// With parents, each durable where it was made; fine if it exists.
absl::Status MakeFolder(const std::string& path);

}  // namespace paceline
