#include <fmt/format.h>
#include <google/protobuf/message.h>

#include "common/config/optimizer.h"
#include "common/config/scalar.h"
#include "common/config/schema.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string MessageText(const Message& message);

std::string EnumText(const FieldDescriptor& field, int number) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  return value ? fmt::format("\"{}\"", YamlName(*value)) : fmt::format("{}", number);
}

// `index` is -1 for a field that is not a list.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool element = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::format("{}", element ? reflection.GetRepeatedUInt32(message, &field, index)
                                       : reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return fmt::format("{}", element ? reflection.GetRepeatedUInt64(message, &field, index)
                                       : reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FormatNumber(element ? reflection.GetRepeatedDouble(message, &field, index)
                                  : reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (element ? reflection.GetRepeatedBool(message, &field, index)
                      : reflection.GetBool(message, &field))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(field, element ? reflection.GetRepeatedEnumValue(message, &field, index)
                                     : reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(element ? reflection.GetRepeatedMessage(message, &field, index)
                                 : reflection.GetMessage(message, &field));
    default:  // an optimizer has no text
      return "\"\"";
  }
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return ValueText(message, field, -1);
  std::string list;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    list += (i ? ", " : "") + ValueText(message, field, i);
  }
  return "[" + list + "]";
}

bool IsWritten(const Message& message, const FieldDescriptor& field) {
  if (field.is_repeated()) return message.GetReflection()->FieldSize(message, &field) > 0;
  return !field.has_presence() || message.GetReflection()->HasField(message, &field);
}

std::string MessageText(const Message& message) {
  std::string text;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (!IsWritten(message, field)) continue;
    text += fmt::format("{}\"{}\": {}", text.empty() ? "" : ", ", field.name(),
                        FieldText(message, field));
  }
  return "{" + text + "}";
}

}  // namespace

std::string OptimizerJson(const v1::LearnedOptimizer& optimizer) { return MessageText(optimizer); }

}  // namespace paceline
