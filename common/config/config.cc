#include "common/config/config.h"

#include <utility>

#include "common/base/file.h"
#include "common/config/job_rules.h"
#include "common/config/read_message.h"
#include "common/config/task_shares.h"

namespace paceline {

ParsedConfig ParseConfig(std::string_view yaml, std::string_view file_name,
                         std::span<const std::string> overrides, Files files) {
  ParsedConfig parsed;
  const MessageKind kind = {
      .noun = "config",
      .if_empty = "the config is empty; configs/quickstart.yaml is one to start from",
      .if_no_mapping = "a config is a mapping; begin with the line name: NAME",
      .rules = [&] { return CheckJobRules(parsed.config); },
      .file_at = files == Files::kMayBeNamed ? "evaluate.suite" : ""};
  parsed.faults = ReadMessage({yaml, file_name, overrides}, kind, parsed.config);
  if (parsed.faults.empty()) ResolveShares(parsed.config);
  return parsed;
}

absl::StatusOr<v1::JobConfig> LoadConfig(const std::string& path,
                                         std::span<const std::string> overrides) {
  const auto yaml = ReadFile(path, kMaxConfigBytes);
  if (!yaml.ok()) return yaml.status();
  ParsedConfig parsed = ParseConfig(*yaml, path, overrides, Files::kMayBeNamed);
  if (!parsed.faults.empty()) return ToStatus(parsed.faults);
  return std::move(parsed.config);
}

std::vector<std::string> CheckConfig(const v1::JobConfig& config) {
  return CheckMessage(config, CheckJobRules(config));
}

std::string PrintConfig(const v1::JobConfig& config) { return PrintMessage(config); }

}  // namespace paceline
