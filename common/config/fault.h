// A fault of a file that a person wrote.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace paceline {

struct Fault {
  std::string file;     // or the whole `--set` argument, which has no line
  int line = 0;         // from 1
  int column = 0;       // from 1, in bytes
  std::string message;  // what is wrong; what would be right

  // "file:line:column: message", or "--set outer.steps=0: message".
  std::string ToString() const;
  bool operator==(const Fault&) const = default;
};

// InvalidArgument with all of them, one per line; OK if there are none.
absl::Status ToStatus(const std::vector<Fault>& faults);

}  // namespace paceline
