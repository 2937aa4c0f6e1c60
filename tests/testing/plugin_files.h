// The plug-ins of tests/testing/plugin.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "tests/testing/process.h"

namespace paceline {

// name: of the target.
inline std::string PluginFile(const std::string& name) {
  const std::filesystem::path programs = std::filesystem::path(ProgramPath("x")).parent_path();
  return std::filesystem::absolute(programs.parent_path() / "tests" / (name + ".so"));
}

inline std::string FileDigest(const std::string& path) {
  return Sha256Hex(ReadFile(path).value_or(""));
}

}  // namespace paceline
