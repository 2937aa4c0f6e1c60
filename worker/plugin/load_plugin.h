// Shared objects with tasks and data sets of one's own (worker/plugin/api).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace paceline {

namespace plugin {
struct Contents;
}

struct LoadedPlugin {
  std::string path;
  std::string digest;  // SHA-256 of the file, as v1::Plugin has it
  const plugin::Contents* contents = nullptr;

  // For people: "line.so (0123456789abcdef)".
  std::string Label() const;
  // "plug-in line.so (0123456789abcdef) has no task circle; it has line, square"
  absl::Status NoSuch(const std::string& noun, const std::string& name) const;
};

// Loads it into this process for good. NotFound: no such file; InvalidArgument says what is wrong
// with it: no shared object, built against another version of Paceline's headers, of LibTorch or of
// the C++ library, without content, or with a name that is not one or is there twice.
// FailedPrecondition if the file changed meanwhile.
absl::StatusOr<LoadedPlugin> LoadPlugin(const std::string& path);

// What is wrong with what a plug-in says of itself; ok if nothing is. torch: this process's version
// of LibTorch.
absl::Status CheckContents(const plugin::Contents& contents, const std::string& torch);

}  // namespace paceline
