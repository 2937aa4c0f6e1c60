#include "common/config/read_message.h"

#include <fmt/format.h>

#include <utility>

#include "common/config/bind.h"
#include "common/config/config.h"
#include "common/config/field_rules.h"
#include "common/config/include.h"
#include "common/config/overrides.h"
#include "common/config/yaml_document.h"

namespace paceline {
namespace {

constexpr size_t kMaxListedFaults = 100;

// Of everything that a mark may be in.
std::vector<std::string> SourcesOf(const MessageText& text) {
  std::vector<std::string> sources = {std::string(text.file_name)};
  for (const std::string& change : text.overrides) sources.push_back("--set " + change);
  return sources;
}

void Read(const MessageText& text, const MessageKind& kind, Diagnostics& diagnostics,
          std::vector<std::string>& sources, google::protobuf::Message& message) {
  const Mark beginning{0, 1, 1};
  if (text.yaml.size() > kMaxConfigBytes) {
    return diagnostics.Report(beginning, fmt::format("the file has {} bytes; a {} has at most {}",
                                                     text.yaml.size(), kind.noun, kMaxConfigBytes));
  }
  YamlDocument document = ReadYaml(text.yaml, 0);
  diagnostics.Report(std::move(document.faults));
  if (!document.readable) return;
  YamlNode* root = &document.root;
  if (YamlNode* inner = kind.inner_key.empty() ? nullptr : root->Find(kind.inner_key)) root = inner;
  if (root->kind == YamlNode::Kind::kNull) return diagnostics.Report(beginning, kind.if_empty);
  if (root->kind != YamlNode::Kind::kMapping) {
    return diagnostics.Report(root->mark, kind.if_no_mapping);
  }
  ApplyOverrides(text.overrides, *message.GetDescriptor(), *root, diagnostics);
  if (!kind.file_at.empty()) IncludeFile(kind.file_at, *root, sources, diagnostics);
  BindMessage(*root, diagnostics, message);
  const auto field_faults = CheckFieldRules(message);
  for (const RuleFault& fault : field_faults) diagnostics.Report(fault);
  for (const RuleFault& fault : field_faults) diagnostics.broken().Add(fault);
  for (const RuleFault& fault : kind.rules()) diagnostics.Report(fault);
}

}  // namespace

std::string Fault::ToString() const {
  if (line == 0) return fmt::format("{}: {}", file, message);
  return fmt::format("{}:{}:{}: {}", file, line, column, message);
}

absl::Status ToStatus(const std::vector<Fault>& faults) {
  if (faults.empty()) return absl::OkStatus();
  std::string lines;
  for (const Fault& fault : faults) lines += (lines.empty() ? "" : "\n") + fault.ToString();
  return absl::InvalidArgumentError(lines);
}

std::vector<Fault> ReadMessage(const MessageText& text, const MessageKind& kind,
                               google::protobuf::Message& message) {
  Diagnostics diagnostics;
  std::vector<std::string> sources = SourcesOf(text);
  Read(text, kind, diagnostics, sources, message);
  std::vector<Fault> faults;
  for (MarkedFault& fault : diagnostics.TakeFaults()) {
    const Mark& mark = fault.mark;
    faults.push_back({sources[mark.source], mark.line, mark.column, std::move(fault.message)});
  }
  return faults;
}

std::vector<std::string> CheckMessage(const google::protobuf::Message& message,
                                      std::vector<RuleFault> rules) {
  std::vector<RuleFault> faults = CheckFieldRules(message);
  BrokenFields broken;
  for (const RuleFault& fault : faults) broken.Add(fault);
  for (RuleFault& fault : rules) {
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
