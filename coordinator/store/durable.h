// What an earlier life may have left less durable than it looks.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace paceline {

// Writes the file's own bytes over it and syncs; fine if there is none. Nobody else writes to it
// meanwhile. After a sync that failed the kernel may take pages for written, show them to whoever
// reads, and report the next sync as done: what is read is written again before anything is built
// on it.
absl::Status WriteAgain(const std::string& path);

}  // namespace paceline
