#include "coordinator/cli/commands/config_source.h"

#include "common/base/file.h"
#include "common/config/config.h"
#include "fmt/format.h"

namespace paceline {

void AddConfigFlags(Command& command, ConfigSource& source) {
  command.AddOption("CONFIG", source.path, "The job's YAML file").Required();
  command
      .AddOption("--set", source.overrides,
                 "Change one value of the config: --set outer.steps=60 (may be repeated)")
      .TypeName("KEY=VALUE")
      .Repeatable();
}

absl::StatusOr<LoadedConfig> Load(const ConfigSource& source) {
  absl::StatusOr<std::string> yaml = ReadFile(source.path, kMaxConfigBytes);
  if (!yaml.ok()) return yaml.status();
  ParsedConfig parsed = ParseConfig(*yaml, source.path, source.overrides);
  if (!parsed.faults.empty()) {
    std::string text = fmt::format("the config has {} fault{}", parsed.faults.size(),
                                   parsed.faults.size() == 1 ? "" : "s");
    for (const Fault& fault : parsed.faults) text += "\n" + fault.ToString();
    return absl::InvalidArgumentError(text);
  }
  for (const std::string& change : source.overrides) *yaml += "\n# --set " + change + "\n";
  return LoadedConfig{.config = std::move(parsed.config), .yaml = *std::move(yaml)};
}

}  // namespace paceline
