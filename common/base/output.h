// The files that a program makes for its user. What is there already is precious: a file is
// replaced only by order, a link stays a link, a pipe or a device is written into.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace paceline {

struct OutputRules {
  bool force = false;                 // replace a file that is there
  std::vector<std::string> inputs{};  // files and folders that are read: never written over
};

// Of files in a program's own folder, which it makes anew each time.
inline const OutputRules kReplace{.force = true};

// Whether WriteOutput would begin, to be asked before work is done that could not be kept:
// AlreadyExists without `force`, InvalidArgument for a folder or for one of `inputs` (by whatever
// name or link), NotFound if its folder is not there, PermissionDenied.
absl::Status CheckOutput(const std::string& path, const OutputRules& rules);

// A regular file is the old one or the new one, whole, even after a crash (WriteFileAtomically); of
// a symbolic link, the file that it leads to. Errors as CheckOutput, and those of writing, such as
// a full disk; all name `path`.
absl::Status WriteOutput(const std::string& path, std::string_view bytes, const OutputRules& rules);

}  // namespace paceline
