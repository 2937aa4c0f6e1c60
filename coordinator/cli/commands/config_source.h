// A config file as the commands take it: with --set on top.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/command/command.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {

struct ConfigSource {
  std::string path;
  std::vector<std::string> overrides;
};

struct LoadedConfig {
  v1::JobConfig config;
  // The file's text, and the overrides as comments below it.
  std::string yaml;
};

// CONFIG and --set.
void AddConfigFlags(Command& command, ConfigSource& source);
// InvalidArgument lists all faults, one a line; otherwise as ReadFile.
absl::StatusOr<LoadedConfig> Load(const ConfigSource& source);

}  // namespace paceline
