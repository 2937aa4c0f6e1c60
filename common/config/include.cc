#include "common/config/include.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "common/base/file.h"
#include "common/config/config.h"

namespace paceline {
namespace {

YamlNode* FindAt(std::string_view path, YamlNode& root) {
  YamlNode* node = &root;
  while (node && !path.empty()) {
    const size_t end = path.find('.');
    node = node->kind == YamlNode::Kind::kMapping ? node->Find(path.substr(0, end)) : nullptr;
    path = end == std::string_view::npos ? "" : path.substr(end + 1);
  }
  return node;
}

std::string PathOf(const YamlNode& name, const std::vector<std::string>& sources) {
  if (name.mark.source != 0) return name.text;
  return std::filesystem::path(sources.front()).parent_path() / name.text;
}

}  // namespace

void IncludeFile(std::string_view path, YamlNode& root, std::vector<std::string>& sources,
                 Diagnostics& diagnostics) {
  YamlNode* node = FindAt(path, root);
  if (!node || node->kind != YamlNode::Kind::kScalar) return;
  const std::string file = PathOf(*node, sources);
  const auto text = ReadFile(file, kMaxConfigBytes);
  if (!text.ok()) {
    diagnostics.Report(node->mark,
                       fmt::format("{}: {}", path, std::string(text.status().message())));
    node->kind = YamlNode::Kind::kRefused;
    return;
  }
  YamlDocument document = ReadYaml(*text, static_cast<int>(sources.size()));
  sources.push_back(file);
  diagnostics.Report(std::move(document.faults));
  if (!document.readable) document.root.kind = YamlNode::Kind::kRefused;
  document.root.key = node->key;
  document.root.key_mark = node->key_mark;
  *node = std::move(document.root);
}

}  // namespace paceline
