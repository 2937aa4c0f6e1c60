#include "common/config/config.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/file.h"
#include "common/config/bind.h"
#include "common/config/diagnostics.h"
#include "common/config/field_rules.h"
#include "common/config/job_rules.h"
#include "common/config/overrides.h"
#include "common/config/yaml_document.h"

namespace paceline {
namespace {

constexpr size_t kMaxListedFaults = 100;

std::string TooLarge(size_t bytes) {
  return fmt::format("the file has {} bytes; a config has at most {}", bytes, kMaxConfigBytes);
}

void Read(std::string_view yaml, std::span<const std::string> overrides, Diagnostics& diagnostics,
          v1::JobConfig& config) {
  const Mark beginning{0, 1, 1};
  if (yaml.size() > kMaxConfigBytes) return diagnostics.Report(beginning, TooLarge(yaml.size()));
  YamlDocument document = ReadYaml(yaml, 0);
  diagnostics.Report(std::move(document.faults));
  if (!document.readable) return;
  YamlNode& root = document.root;
  if (root.kind == YamlNode::Kind::kNull) {
    return diagnostics.Report(beginning,
                              "the config is empty; configs/quickstart.yaml is one to start from");
  }
  if (root.kind != YamlNode::Kind::kMapping) {
    return diagnostics.Report(root.mark, "a config is a mapping; begin with the line name: NAME");
  }
  ApplyOverrides(overrides, *v1::JobConfig::descriptor(), root, diagnostics);
  BindMessage(root, diagnostics, config);
  const auto field_faults = CheckFieldRules(config);
  for (const RuleFault& fault : field_faults) diagnostics.Report(fault);
  for (const RuleFault& fault : field_faults) diagnostics.broken().Add(fault);
  for (const RuleFault& fault : CheckJobRules(config)) diagnostics.Report(fault);
}

}  // namespace

std::string Fault::ToString() const {
  if (line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, line, column, message);
}

ParsedConfig ParseConfig(std::string_view yaml, std::string_view file_name,
                         std::span<const std::string> overrides) {
  ParsedConfig parsed;
  Diagnostics diagnostics;
  Read(yaml, overrides, diagnostics, parsed.config);
  for (MarkedFault& fault : diagnostics.TakeFaults()) {
    const Mark& mark = fault.mark;
    std::string source =
        mark.source == 0 ? std::string(file_name) : "--set " + overrides[mark.source - 1];
    parsed.faults.push_back({std::move(source), mark.line, mark.column, std::move(fault.message)});
  }
  return parsed;
}

absl::StatusOr<v1::JobConfig> LoadConfig(const std::string& path,
                                         std::span<const std::string> overrides) {
  const auto yaml = ReadFile(path, kMaxConfigBytes);
  if (!yaml.ok()) return yaml.status();
  ParsedConfig parsed = ParseConfig(*yaml, path, overrides);
  if (parsed.faults.empty()) return std::move(parsed.config);
  std::string lines;
  for (const Fault& fault : parsed.faults) lines += (lines.empty() ? "" : "\n") + fault.ToString();
  return absl::InvalidArgumentError(lines);
}

std::vector<std::string> CheckConfig(const v1::JobConfig& config) {
  std::vector<RuleFault> faults = CheckFieldRules(config);
  BrokenFields broken;
  for (const RuleFault& fault : faults) broken.Add(fault);
  for (RuleFault& fault : CheckJobRules(config)) {
    if (!broken.ContainsAny(fault.looked_at)) faults.push_back(std::move(fault));
  }
  std::vector<std::string> messages;
  for (size_t i = 0; i < faults.size() && i < kMaxListedFaults; ++i) {
    messages.push_back(std::move(faults[i].message));
  }
  if (faults.size() > kMaxListedFaults) {
    messages.push_back(fmt::format("and {} more", faults.size() - kMaxListedFaults));
  }
  return messages;
}

}  // namespace paceline
