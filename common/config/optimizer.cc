#include "common/config/optimizer.h"

#include <fmt/format.h>

#include <utility>

#include "common/config/bind.h"
#include "common/config/config.h"
#include "common/config/diagnostics.h"
#include "common/config/field_rules.h"
#include "common/config/job_rules.h"
#include "common/config/yaml_document.h"

namespace paceline {
namespace {

constexpr std::string_view kKey = "optimizer";

// Those of CheckJobRules that are about the optimizer, with paths that begin below it.
std::vector<RuleFault> CheckOwnJobRules(const v1::LearnedOptimizer& optimizer) {
  v1::JobConfig job;
  *job.mutable_optimizer() = optimizer;
  std::vector<RuleFault> own;
  const std::string prefix = std::string(kKey) + ".";
  for (RuleFault& fault : CheckJobRules(job)) {
    if (!fault.path.starts_with(prefix)) continue;
    fault.path.erase(0, prefix.size());
    for (std::string& path : fault.looked_at) {
      if (path.starts_with(prefix)) path.erase(0, prefix.size());
    }
    own.push_back(std::move(fault));
  }
  return own;
}

void Read(std::string_view yaml, Diagnostics& diagnostics, v1::LearnedOptimizer& optimizer) {
  const Mark beginning{0, 1, 1};
  if (yaml.size() > kMaxConfigBytes) {
    return diagnostics.Report(
        beginning, fmt::format("{} bytes; a config has at most {}", yaml.size(), kMaxConfigBytes));
  }
  YamlDocument document = ReadYaml(yaml, 0);
  diagnostics.Report(std::move(document.faults));
  if (!document.readable) return;
  YamlNode* root = &document.root;
  if (YamlNode* inner = root->Find(kKey)) root = inner;
  if (root->kind != YamlNode::Kind::kMapping) {
    return diagnostics.Report(
        root->mark, "an optimizer is a mapping such as {adafac_mlp: {hidden: 4}}, or a config");
  }
  BindMessage(*root, diagnostics, optimizer);
  const auto field_faults = CheckFieldRules(optimizer);
  for (const RuleFault& fault : field_faults) diagnostics.Report(fault);
  for (const RuleFault& fault : field_faults) diagnostics.broken().Add(fault);
  for (const RuleFault& fault : CheckOwnJobRules(optimizer)) diagnostics.Report(fault);
}

}  // namespace

absl::StatusOr<v1::LearnedOptimizer> ParseOptimizer(std::string_view yaml, std::string_view name) {
  v1::LearnedOptimizer optimizer;
  Diagnostics diagnostics;
  Read(yaml, diagnostics, optimizer);
  std::string lines;
  for (MarkedFault& fault : diagnostics.TakeFaults()) {
    const Fault placed{std::string(name), fault.mark.line, fault.mark.column,
                       std::move(fault.message)};
    lines += (lines.empty() ? "" : "\n") + placed.ToString();
  }
  if (lines.empty()) return optimizer;
  return absl::InvalidArgumentError(lines);
}

std::vector<std::string> CheckOptimizer(const v1::LearnedOptimizer& optimizer) {
  std::vector<std::string> messages;
  for (RuleFault& fault : CheckFieldRules(optimizer)) messages.push_back(std::move(fault.message));
  if (!messages.empty()) return messages;
  for (RuleFault& fault : CheckOwnJobRules(optimizer)) messages.push_back(std::move(fault.message));
  return messages;
}

}  // namespace paceline
