#include "common/config/schema.h"

#include <fmt/format.h>

#include "common/config/scalar.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

std::string Bounds(const v1::FieldRule& rule) {
  const std::string min = FormatNumber(rule.min()), max = FormatNumber(rule.max());
  if (rule.has_min() && rule.has_max() && !rule.exclusive_min() && !rule.exclusive_max()) {
    return fmt::format(" from {} to {}", min, max);
  }
  std::string words;
  if (rule.has_min()) words = (rule.exclusive_min() ? " above " : " of at least ") + min;
  if (rule.has_max()) {
    if (rule.has_min()) words += " and";
    words += (rule.exclusive_max() ? " below " : " at most ") + max;
  }
  return words;
}

std::string ItemCount(const v1::FieldRule& rule) {
  if (rule.has_min_items() && rule.has_max_items()) {
    return fmt::format("{} to {} items", rule.min_items(), rule.max_items());
  }
  if (rule.has_min_items()) return fmt::format("at least {} items", rule.min_items());
  if (rule.has_max_items()) return fmt::format("at most {} items", rule.max_items());
  return "items";
}

std::string Prefix(const EnumDescriptor& type) {
  const std::string& unspecified = type.FindValueByNumber(0)->name();
  return unspecified.substr(0, unspecified.size() - std::string_view("UNSPECIFIED").size());
}

}  // namespace

const v1::FieldRule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::rule);
}

std::vector<std::string> DefaultValues(const FieldDescriptor& field) {
  const std::string& text = RuleOf(field).default_value();
  if (text.empty()) return {};
  if (!field.is_repeated()) return {text};
  std::vector<std::string> values;
  const auto add = [&](size_t begin, size_t end) {
    if (end > begin) values.push_back(text.substr(begin, end - begin));
  };
  size_t begin = 1;  // behind the bracket
  for (size_t comma; (comma = text.find(", ", begin)) != std::string::npos; begin = comma + 2) {
    add(begin, comma);
  }
  add(begin, text.size() - 1);
  return values;
}

bool NeedsChoice(const OneofDescriptor& choice) {
  return choice.options().GetExtension(v1::choice).required();
}

std::string YamlName(const EnumValueDescriptor& value) {
  std::string name = value.name().substr(Prefix(*value.type()).size());
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return name;
}

const EnumValueDescriptor* FindEnumValue(const EnumDescriptor& type, std::string_view yaml_name) {
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() != 0 && YamlName(value) == yaml_name) return &value;
  }
  return nullptr;
}

std::vector<std::string> ValueNames(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) names.push_back(YamlName(*type.value(i)));
  }
  return names;
}

std::vector<std::string> KeysOf(const Descriptor& type) {
  std::vector<std::string> keys;
  keys.reserve(type.field_count());
  for (int i = 0; i < type.field_count(); ++i) keys.push_back(type.field(i)->name());
  return keys;
}

std::vector<std::string> AlternativesOf(const OneofDescriptor& choice) {
  std::vector<std::string> keys;
  keys.reserve(choice.field_count());
  for (int i = 0; i < choice.field_count(); ++i) keys.push_back(choice.field(i)->name());
  return keys;
}

bool TakesEmptyMapping(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (RuleOf(*type.field(i)).required()) return false;
  }
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    if (NeedsChoice(*type.oneof_decl(i))) return false;
  }
  return true;
}

std::string MappingExpectation(const Descriptor& type) {
  std::vector<std::string> parts, plain;
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    parts.push_back("exactly one of " + Listed(AlternativesOf(*type.oneof_decl(i)), "or"));
  }
  for (int i = 0; i < type.field_count(); ++i) {
    if (!type.field(i)->real_containing_oneof()) plain.push_back(type.field(i)->name());
  }
  if (!plain.empty()) {
    parts.push_back(fmt::format("the key{} {}", plain.size() > 1 ? "s" : "", Listed(plain, "and")));
  }
  if (parts.empty()) return "an empty mapping, {}";
  return "a mapping with " + Listed(parts, "and");
}

std::string ElementExpectation(const FieldDescriptor& field) {
  const v1::FieldRule& rule = RuleOf(field);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return "a whole number" + (rule.has_max() ? Bounds(rule) : " below 2^32");
    case FieldDescriptor::CPPTYPE_UINT64:
      return "a whole number" + (rule.has_max() ? Bounds(rule) : " below 2^64");
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "a number" + Bounds(rule);
    case FieldDescriptor::CPPTYPE_STRING:
      return rule.pattern_words().empty() ? "a text" : rule.pattern_words();
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "one of " + Listed(ValueNames(*field.enum_type()), "or");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MappingExpectation(*field.message_type());
    default:
      return "of a type that configs do not have";
  }
}

std::string Expectation(const FieldDescriptor& field) {
  if (!field.is_repeated()) return ElementExpectation(field);
  return fmt::format("a list of {}, each {}", ItemCount(RuleOf(field)), ElementExpectation(field));
}

std::string JoinPath(std::string_view parent, std::string_view key) {
  return parent.empty() ? std::string(key) : fmt::format("{}.{}", parent, key);
}

std::string ElementPath(std::string_view list, int index) {
  return fmt::format("{}[{}]", list, index);
}

}  // namespace paceline
