#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "common/config/read_message.h"
#include "common/config/scalar.h"
#include "common/config/schema.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsPlainWord(const std::string& text) {
  return !text.empty() && text != "null" && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  }) && text.front() != '-';
}

std::string QuoteText(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto code = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (code < 0x20 || code == 0x7F) {
      quoted += fmt::format("\\x{:02x}", code);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string EnumText(const FieldDescriptor& field, int number) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  return value ? YamlName(*value) : fmt::format("{}", number);
}

std::string TextText(const std::string& text) { return IsPlainWord(text) ? text : QuoteText(text); }

std::string SingleText(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::format("{}", reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return fmt::format("{}", reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FormatNumber(reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(field, reflection.GetEnumValue(message, &field));
    default:
      return TextText(reflection.GetString(message, &field));
  }
}

std::string ElementText(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::format("{}", reflection.GetRepeatedUInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return fmt::format("{}", reflection.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FormatNumber(reflection.GetRepeatedDouble(message, &field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetRepeatedBool(message, &field, index) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumText(field, reflection.GetRepeatedEnumValue(message, &field, index));
    default:
      return TextText(reflection.GetRepeatedString(message, &field, index));
  }
}

std::string MappingLines(const Message& message, int indent);

// What follows "key:".
std::string ListText(const Message& message, const FieldDescriptor& field, int indent) {
  const auto& reflection = *message.GetReflection();
  const int count = reflection.FieldSize(message, &field);
  std::string text;
  if (count > 0 && field.message_type()) {
    for (int i = 0; i < count; ++i) {
      std::string lines =
          MappingLines(reflection.GetRepeatedMessage(message, &field, i), indent + 4);
      if (lines.empty()) lines = std::string(indent + 4, ' ') + "{}\n";
      lines[indent + 2] = '-';
      text += lines;
    }
    return "\n" + text;
  }
  for (int i = 0; i < count; ++i) text += (i ? ", " : "") + ElementText(message, field, i);
  return fmt::format(" [{}]\n", text);
}

std::string FieldText(const Message& message, const FieldDescriptor& field, int indent) {
  if (field.is_repeated()) return ListText(message, field, indent);
  if (!field.message_type()) return " " + SingleText(message, field) + "\n";
  const std::string lines =
      MappingLines(message.GetReflection()->GetMessage(message, &field), indent + 2);
  return lines.empty() ? " {}\n" : "\n" + lines;
}

bool IsWritten(const Message& message, const FieldDescriptor& field) {
  if (field.is_repeated()) {
    return RuleOf(field).required() || message.GetReflection()->FieldSize(message, &field) > 0;
  }
  if (!field.has_presence()) return true;
  return message.GetReflection()->HasField(message, &field);
}

std::string MappingLines(const Message& message, int indent) {
  std::string lines;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (!IsWritten(message, field)) continue;
    lines += std::string(indent, ' ') + field.name() + ":" + FieldText(message, field, indent);
  }
  return lines;
}

}  // namespace

std::string PrintMessage(const Message& message) { return MappingLines(message, 0); }

}  // namespace paceline
