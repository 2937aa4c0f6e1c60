#include "common/config/bind_scalar.h"

#include <fmt/format.h>

#include <limits>

#include "common/config/scalar.h"
#include "common/config/schema.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// One value on its way into a field that may be a list.
class Slot {
 public:
  Slot(const FieldDescriptor& field, Message& message) : field_(field), message_(message) {}

  void SetWhole(uint64_t value) {
    if (field_.cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      field_.is_repeated() ? reflection().AddUInt64(&message_, &field_, value)
                           : reflection().SetUInt64(&message_, &field_, value);
    } else {
      const auto narrow = static_cast<uint32_t>(value);
      field_.is_repeated() ? reflection().AddUInt32(&message_, &field_, narrow)
                           : reflection().SetUInt32(&message_, &field_, narrow);
    }
  }
  void SetDouble(double value) {
    field_.is_repeated() ? reflection().AddDouble(&message_, &field_, value)
                         : reflection().SetDouble(&message_, &field_, value);
  }
  void SetString(std::string value) {
    field_.is_repeated() ? reflection().AddString(&message_, &field_, std::move(value))
                         : reflection().SetString(&message_, &field_, std::move(value));
  }
  void SetBool(bool value) {
    field_.is_repeated() ? reflection().AddBool(&message_, &field_, value)
                         : reflection().SetBool(&message_, &field_, value);
  }
  void SetEnum(const EnumValueDescriptor& value) {
    field_.is_repeated() ? reflection().AddEnum(&message_, &field_, &value)
                         : reflection().SetEnum(&message_, &field_, &value);
  }
  void SetPlaceholder() {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return SetDouble(0);
      case FieldDescriptor::CPPTYPE_STRING:
        return SetString("");
      case FieldDescriptor::CPPTYPE_BOOL:
        return SetBool(false);
      case FieldDescriptor::CPPTYPE_ENUM:
        return SetEnum(*field_.enum_type()->FindValueByNumber(0));
      default:
        return SetWhole(0);
    }
  }

 private:
  const google::protobuf::Reflection& reflection() const { return *message_.GetReflection(); }
  const FieldDescriptor& field_;
  Message& message_;
};

bool IsNumber(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE;
}

// "is 010, which looks octal; write 10, or 8 if octal was meant".
std::string Explain(const YamlNode& node, const NumberFault& fault, const FieldDescriptor& field) {
  std::string written = Quoted(node.text);
  if (!fault.problem.empty()) {
    written = fmt::format("{}, which {}", written.substr(1, written.size() - 2), fault.problem);
  }
  return fmt::format("is {}; {}", written,
                     fault.hint.empty() ? "it must be " + ElementExpectation(field) : fault.hint);
}

std::optional<std::string> BindNumber(const YamlNode& node, const FieldDescriptor& field,
                                      Slot slot) {
  if (node.quoted) {
    return fmt::format("is the text {}; write a number, without quotes", Quoted(node.text));
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    double value = 0;
    if (const auto fault = ReadDecimal(node.text, value)) return Explain(node, *fault, field);
    slot.SetDouble(value);
    return std::nullopt;
  }
  uint64_t value = 0;
  if (const auto fault = ReadWholeNumber(node.text, value)) return Explain(node, *fault, field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32 &&
      value > std::numeric_limits<uint32_t>::max()) {
    return Explain(node, {}, field);
  }
  slot.SetWhole(value);
  return std::nullopt;
}

std::optional<std::string> BindEnum(const YamlNode& node, const FieldDescriptor& field, Slot slot) {
  const EnumValueDescriptor* value = FindEnumValue(*field.enum_type(), node.text);
  if (value) {
    slot.SetEnum(*value);
    return std::nullopt;
  }
  const std::string meant = Nearest(node.text, ValueNames(*field.enum_type()));
  return fmt::format("is {}; {}it must be {}", Quoted(node.text),
                     meant.empty() ? "" : fmt::format("did you mean {}? ", meant),
                     ElementExpectation(field));
}

std::optional<std::string> BindBool(const YamlNode& node, const FieldDescriptor& field, Slot slot) {
  if (node.quoted || (node.text != "true" && node.text != "false")) {
    return fmt::format("is {}; it must be {}", Quoted(node.text), ElementExpectation(field));
  }
  slot.SetBool(node.text == "true");
  return std::nullopt;
}

std::optional<std::string> Bind(const YamlNode& node, const FieldDescriptor& field, Slot slot) {
  if (node.kind != YamlNode::Kind::kScalar) {
    return fmt::format("{}; it must be {}", Written(node), ElementExpectation(field));
  }
  if (IsNumber(field)) return BindNumber(node, field, slot);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return BindBool(node, field, slot);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return BindEnum(node, field, slot);
  slot.SetString(node.text);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> BindScalar(const YamlNode& node, const FieldDescriptor& field,
                                      const std::string& path, Message& message) {
  Slot slot(field, message);
  const auto problem = Bind(node, field, slot);
  if (!problem) return std::nullopt;
  if (field.is_repeated()) slot.SetPlaceholder();
  return fmt::format("{} {}", path, *problem);
}

std::string Written(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "has no value";
    case YamlNode::Kind::kList:
      return "is a list";
    case YamlNode::Kind::kMapping:
      return "is a mapping";
    case YamlNode::Kind::kScalar:
    case YamlNode::Kind::kRefused:
      break;
  }
  return "is " + Quoted(node.text);
}

}  // namespace paceline
