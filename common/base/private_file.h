// Files and folders that no other user of the machine may read.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace paceline {

// FailedPrecondition, with its mode and what to do, for a file that others may read or write, or
// that is another user's than this process's or root's. NotFound, PermissionDenied.
absl::Status CheckPrivate(const std::string& path);

// As WriteFileAtomically and MakeFolder, with the modes 0600 and 0700, whatever the umask and
// whatever was there before. A file that is new may be empty after a crash.
absl::Status WritePrivateFile(const std::string& path, std::string_view bytes);
absl::Status MakePrivateFolder(const std::string& path);

// Takes all rights from others. True if they had some; false also for what is not there.
absl::StatusOr<bool> MakePrivate(const std::string& path);

}  // namespace paceline
