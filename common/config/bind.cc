#include "common/config/bind.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/config/bind_scalar.h"
#include "common/config/schema.h"
#include "common/config/unknown_key.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using Kind = YamlNode::Kind;

class Binder {
 public:
  explicit Binder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Bind(const YamlNode& mapping, Mark where, const std::string& path, Message& message) {
    const auto& type = *message.GetDescriptor();
    levels_.push_back({path, &type});
    std::set<std::string> present;
    for (const YamlNode& child : mapping.children) present.insert(child.key);
    std::map<const OneofDescriptor*, std::string> chosen;
    for (const YamlNode& child : mapping.children) {
      const FieldDescriptor* field = type.FindFieldByName(child.key);
      if (!field) {
        ReportUnknown(child, path, present);
      } else if (IsFirstChoice(*field, child, path, chosen)) {
        BindField(child, *field, JoinPath(path, child.key), message);
      }
    }
    FillAbsent(present, where, path, message);
    levels_.pop_back();
  }

 private:
  void ReportUnknown(const YamlNode& child, const std::string& path,
                     const std::set<std::string>& present) {
    const UnknownKey unknown = ExplainUnknownKey(child.key, levels_, present);
    diagnostics_.Report(child.key_mark, unknown.message);
    if (!unknown.meant.empty()) diagnostics_.broken().Add(JoinPath(path, unknown.meant));
  }

  bool IsFirstChoice(const FieldDescriptor& field, const YamlNode& child, const std::string& path,
                     std::map<const OneofDescriptor*, std::string>& chosen) {
    if (!field.real_containing_oneof()) return true;
    const auto [it, is_first] = chosen.try_emplace(field.real_containing_oneof(), field.name());
    if (!is_first) {
      diagnostics_.Report(child.key_mark, fmt::format("{} has both {} and {}; keep one of them",
                                                      path, Quoted(it->second), Quoted(child.key)));
    }
    return is_first;
  }

  void BindField(const YamlNode& node, const FieldDescriptor& field, const std::string& path,
                 Message& message) {
    const bool is_mapping = field.message_type() && !field.is_repeated();
    diagnostics_.Place(path, is_mapping ? node.key_mark : node.mark);
    if (node.kind == Kind::kRefused) {
      diagnostics_.broken().Add(path);
    } else if (field.is_repeated() && node.kind == Kind::kList) {
      BindList(node, field, path, message);
    } else if (field.is_repeated()) {
      Refuse(node, nullptr, path, Expectation(field));
    } else if (is_mapping) {
      BindSubMessage(node, node.key_mark, field, path,
                     [&] { return message.GetReflection()->MutableMessage(&message, &field); });
    } else if (const auto problem = BindScalar(node, field, path, message)) {
      diagnostics_.ReportBroken(path, node.kind == Kind::kNull ? node.key_mark : node.mark,
                                *problem);
    }
  }

  void BindList(const YamlNode& list, const FieldDescriptor& field, const std::string& path,
                Message& message) {
    for (size_t i = 0; i < list.children.size(); ++i) {
      const YamlNode& node = list.children[i];
      const std::string element_path = ElementPath(path, static_cast<int>(i));
      diagnostics_.Place(element_path, node.mark);
      if (field.message_type()) {
        Message* element = message.GetReflection()->AddMessage(&message, &field);
        BindSubMessage(node, node.mark, field, element_path, [element] { return element; });
      } else if (const auto problem = BindScalar(node, field, element_path, message)) {
        diagnostics_.ReportBroken(element_path, node.mark, *problem);
      }
    }
  }

  template <typename MakeMessage>
  void BindSubMessage(const YamlNode& node, Mark where, const FieldDescriptor& field,
                      const std::string& path, MakeMessage make) {
    if (node.kind == Kind::kMapping) {
      Bind(node, where, path, *make());
    } else {
      Refuse(node, field.message_type(), path, MappingExpectation(*field.message_type()));
    }
  }

  // `mapping` is what the value should be, unless it should be a list.
  void Refuse(const YamlNode& node, const Descriptor* mapping, const std::string& path,
              const std::string& expectation) {
    if (node.kind == Kind::kRefused) return diagnostics_.broken().Add(path);
    const bool at_key = node.kind == Kind::kNull && !node.key.empty();
    diagnostics_.ReportBroken(path, at_key ? node.key_mark : node.mark,
                              fmt::format("{} {}; it must be {}{}", path, Written(node),
                                          expectation, mapping ? HowToWrite(node, *mapping) : ""));
  }

  // A name or nothing where YAML wants braces.
  static std::string HowToWrite(const YamlNode& node, const Descriptor& mapping) {
    if (node.kind == Kind::kNull && TakesEmptyMapping(mapping))
      return "; write {} for the defaults";
    const FieldDescriptor* field =
        node.kind == Kind::kScalar ? mapping.FindFieldByName(node.text) : nullptr;
    if (!field || !field->message_type()) return "";
    const bool defaults = !field->is_repeated() && TakesEmptyMapping(*field->message_type());
    return fmt::format("; write {{{}: {}}}", node.text, defaults ? "{}" : "...");
  }

  void FillAbsent(const std::set<std::string>& present, Mark where, const std::string& path,
                  Message& message) {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (present.contains(field.name()) || field.real_containing_oneof()) continue;
      const v1::FieldRule& rule = RuleOf(field);
      const std::string field_path = JoinPath(path, field.name());
      if (!rule.default_value().empty()) {
        for (const std::string& value : DefaultValues(field)) {
          YamlNode node;
          node.kind = Kind::kScalar;
          node.text = value;
          BindScalar(node, field, field_path, message);
        }
      } else if (rule.required() && (field.is_repeated() || !field.message_type()) &&
                 !diagnostics_.broken().Contains(field_path)) {
        diagnostics_.ReportBroken(
            field_path, where,
            fmt::format("{} is missing; it must be {}", field_path, Expectation(field)));
      }
    }
  }

  Diagnostics& diagnostics_;
  std::vector<Level> levels_;
};

}  // namespace

void BindMessage(const YamlNode& root, Diagnostics& diagnostics, Message& message) {
  diagnostics.Place("", root.mark);
  Binder(diagnostics).Bind(root, root.mark, "", message);
}

}  // namespace paceline
