#include "common/config/overrides.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config/schema.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Kind = YamlNode::Kind;

// A key, or the index of an element.
struct Step {
  std::string key;
  std::optional<size_t> index;
};

bool IsKeyChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// "tasks[0].weight" -> tasks, 0, weight; nothing if it is not such a path.
std::optional<std::vector<Step>> SplitPath(std::string_view path) {
  std::vector<Step> steps;
  while (true) {
    Step key;
    while (!path.empty() && IsKeyChar(path.front())) {
      key.key += path.front();
      path.remove_prefix(1);
    }
    if (key.key.empty()) return std::nullopt;
    steps.push_back(std::move(key));
    while (path.starts_with('[')) {
      size_t index = 0;
      const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
      path.remove_prefix(stop - path.data());
      if (error != std::errc() || !path.starts_with(']')) return std::nullopt;
      path.remove_prefix(1);
      steps.push_back({"", index});
    }
    if (path.empty()) return steps;
    if (path.front() != '.') return std::nullopt;
    path.remove_prefix(1);
  }
}

void SetAllMarks(YamlNode& node, Mark mark) {
  node.mark = node.key_mark = mark;
  for (YamlNode& child : node.children) SetAllMarks(child, mark);
}

class Override {
 public:
  Override(std::string_view argument, Mark mark, Diagnostics& diagnostics)
      : argument_(argument), mark_(mark), diagnostics_(diagnostics) {}

  void Apply(const Descriptor& type, YamlNode& root) {
    const size_t equals = argument_.find('=');
    const auto steps = SplitPath(argument_.substr(0, equals));
    if (equals == std::string_view::npos || !steps) {
      return Report("it must be like outer.steps=60 or tasks[0].image_mlp.batch=64");
    }
    YamlDocument value = ReadYaml(argument_.substr(equals + 1), mark_.source);
    for (MarkedFault& fault : value.faults) Report(std::move(fault.message));
    if (!value.readable) return;
    YamlNode* target = Follow(*steps, &type, &root);
    if (!target) return;
    value.root.key = target->key;
    *target = std::move(value.root);
    SetAllMarks(*target, mark_);
  }

 private:
  void Report(std::string message) { diagnostics_.Report(mark_, std::move(message)); }

  YamlNode* Follow(const std::vector<Step>& steps, const Descriptor* type, YamlNode* node) {
    std::string path;
    const FieldDescriptor* field = nullptr;
    for (const Step& step : steps) {
      if (step.index) {
        node = Element(*node, *step.index, path);
        path = ElementPath(path, static_cast<int>(*step.index));
      } else {
        field = type ? type->FindFieldByName(step.key) : nullptr;
        node = Child(*node, step.key, field, path);
        path = JoinPath(path, step.key);
        type = field ? field->message_type() : nullptr;
      }
      if (!node) return nullptr;
    }
    return node;
  }

  YamlNode* Element(YamlNode& list, size_t index, const std::string& path) {
    if (list.kind == Kind::kList && index < list.children.size()) return &list.children[index];
    Report(fmt::format("{} {}", path,
                       list.kind != Kind::kList ? "is not a list; leave the [index] out"
                       : list.children.empty()  ? "is empty; set the whole list"
                                                : fmt::format("has no [{}]; its last item is [{}]",
                                                              index, list.children.size() - 1)));
    return nullptr;
  }

  YamlNode* Child(YamlNode& mapping, const std::string& key, const FieldDescriptor* field,
                  const std::string& path) {
    if (mapping.kind == Kind::kNull || mapping.kind == Kind::kRefused)
      mapping.kind = Kind::kMapping;
    if (mapping.kind != Kind::kMapping) {
      Report(fmt::format("{} is {} and has no key {}; {}", path,
                         mapping.kind == Kind::kList ? "a list" : Quoted(mapping.text), Quoted(key),
                         mapping.kind == Kind::kList ? fmt::format("write {}[0].{}", path, key)
                                                     : "set it as a whole"));
      return nullptr;
    }
    if (field && field->real_containing_oneof()) {
      std::erase_if(mapping.children, [&](const YamlNode& child) {
        const FieldDescriptor* rival = field->containing_type()->FindFieldByName(child.key);
        return rival && rival != field &&
               rival->real_containing_oneof() == field->real_containing_oneof();
      });
    }
    if (YamlNode* child = mapping.Find(key)) return child;
    YamlNode made;
    made.kind = Kind::kMapping;
    made.key = key;
    SetAllMarks(made, mark_);
    return &mapping.children.emplace_back(std::move(made));
  }

  const std::string_view argument_;
  const Mark mark_;
  Diagnostics& diagnostics_;
};

}  // namespace

void ApplyOverrides(std::span<const std::string> overrides, const Descriptor& type, YamlNode& root,
                    Diagnostics& diagnostics) {
  for (size_t i = 0; i < overrides.size(); ++i) {
    Override(overrides[i], {static_cast<int>(i) + 1, 0, 0}, diagnostics).Apply(type, root);
  }
}

}  // namespace paceline
