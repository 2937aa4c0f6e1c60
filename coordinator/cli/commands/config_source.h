// A config file as the commands take it: with --set on top.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/command/command.h"
#include "common/config/config.h"
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
  std::vector<Fault> faults;  // if there are any, the config is not to be used
};

// CONFIG and --set.
void AddConfigFlags(Command& command, ConfigSource& source);
// --set alone, for a command whose CONFIG is its own.
void AddOverrideFlag(Command& command, ConfigSource& source);
// Errors as ReadFile.
absl::StatusOr<LoadedConfig> LoadWithFaults(const ConfigSource& source);
// "the config has 2 faults", and each on a line of its own.
std::string FaultsText(const std::vector<Fault>& faults);
// A config without faults; InvalidArgument lists them, otherwise as LoadWithFaults.
absl::StatusOr<LoadedConfig> Load(const ConfigSource& source);

}  // namespace paceline
