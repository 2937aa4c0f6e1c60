#include "coordinator/cli/commands/config_source.h"

#include "common/base/file.h"
#include "fmt/format.h"

namespace paceline {

void AddConfigFlags(Command& command, ConfigSource& source) {
  command.AddOption("CONFIG", source.path, "The job's YAML file").Required();
  AddOverrideFlag(command, source);
}

void AddOverrideFlag(Command& command, ConfigSource& source) {
  command
      .AddOption("--set", source.overrides,
                 "Change one value of the config: --set outer.steps=60 (may be repeated)")
      .TypeName("KEY=VALUE")
      .Repeatable();
}

absl::StatusOr<LoadedConfig> LoadWithFaults(const ConfigSource& source) {
  absl::StatusOr<std::string> yaml = ReadFile(source.path, kMaxConfigBytes);
  if (!yaml.ok()) return yaml.status();
  ParsedConfig parsed = ParseConfig(*yaml, source.path, source.overrides, Files::kMayBeNamed);
  for (const std::string& change : source.overrides) *yaml += "\n# --set " + change + "\n";
  return LoadedConfig{.config = std::move(parsed.config),
                      .yaml = *std::move(yaml),
                      .faults = std::move(parsed.faults)};
}

std::string FaultsText(const std::vector<Fault>& faults) {
  std::string text =
      fmt::format("the config has {} fault{}", faults.size(), faults.size() == 1 ? "" : "s");
  for (const Fault& fault : faults) text += "\n" + fault.ToString();
  return text;
}

absl::StatusOr<LoadedConfig> Load(const ConfigSource& source) {
  absl::StatusOr<LoadedConfig> loaded = LoadWithFaults(source);
  if (!loaded.ok() || loaded->faults.empty()) return loaded;
  return absl::InvalidArgumentError(FaultsText(loaded->faults));
}

}  // namespace paceline
