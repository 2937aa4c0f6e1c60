#include "common/task/field_fault.h"

#include <fmt/format.h>

#include <cmath>

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A single value (index −1) or a list's element.
double NumberOf(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return one ? reflection.GetUInt32(message, &field)
                 : reflection.GetRepeatedUInt32(message, &field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(one ? reflection.GetUInt64(message, &field)
                                     : reflection.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return one ? reflection.GetDouble(message, &field)
                 : reflection.GetRepeatedDouble(message, &field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
      return one ? reflection.GetEnumValue(message, &field)
                 : reflection.GetRepeatedEnumValue(message, &field, index);
    default:  // strings and truth values have no range
      return 0;
  }
}

bool IsAllowed(const FieldDescriptor& field, double value) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return value != 0 && field.enum_type()->FindValueByNumber(static_cast<int>(value)) != nullptr;
  }
  return IsInRange(value, field.options().GetExtension(v1::rule));
}

std::string ListFault(const Message& message, const FieldDescriptor& field,
                      const std::string& path) {
  const v1::FieldRule& rule = field.options().GetExtension(v1::rule);
  const int size = message.GetReflection()->FieldSize(message, &field);
  const auto count = static_cast<uint32_t>(size);
  if ((rule.has_min_items() && count < rule.min_items()) ||
      (rule.has_max_items() && count > rule.max_items())) {
    return fmt::format("{} has {} items, which task.proto does not allow", path, count);
  }
  for (int i = 0; i < size && field.message_type() == nullptr; ++i) {
    const double value = NumberOf(message, field, i);
    if (!IsAllowed(field, value)) {
      return fmt::format("{} is {}, which task.proto does not allow", path, value);
    }
  }
  return "";
}

std::string OneFault(const Message& message, const FieldDescriptor& field,
                     const std::string& path) {
  if (field.is_repeated()) return ListFault(message, field, path);
  const auto& reflection = *message.GetReflection();
  if (field.has_presence() && !reflection.HasField(message, &field)) return "";
  if (field.message_type() != nullptr) {
    return FieldFault(reflection.GetMessage(message, &field), path);
  }
  const double value = NumberOf(message, field, -1);
  if (IsAllowed(field, value)) return "";
  return fmt::format("{} is {}, which task.proto does not allow", path, value);
}

// A choice that must be made, of a message below the first; of that one the caller tells.
std::string ChoiceFault(const Message& message, const std::string& path) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.real_oneof_decl_count() && !path.empty(); ++i) {
    const auto& oneof = *type.oneof_decl(i);
    if (!oneof.options().GetExtension(v1::choice).required()) continue;
    if (message.GetReflection()->HasOneof(message, &oneof)) continue;
    return fmt::format("{} has no {}; expected one such as {}", path, oneof.name(),
                       oneof.field(0)->name());
  }
  return "";
}

}  // namespace

bool IsInRange(double value, const v1::FieldRule& rule) {
  if (!std::isfinite(value)) return false;
  if (rule.has_min() && (rule.exclusive_min() ? value <= rule.min() : value < rule.min()))
    return false;
  return !rule.has_max() || (rule.exclusive_max() ? value < rule.max() : value <= rule.max());
}

std::string FieldFault(const Message& message, const std::string& path) {
  if (std::string fault = ChoiceFault(message, path); !fault.empty()) return fault;
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string name = path.empty() ? field.name() : path + "." + field.name();
    if (std::string fault = OneFault(message, field, name); !fault.empty()) return fault;
  }
  return "";
}

}  // namespace paceline
