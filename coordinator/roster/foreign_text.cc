#include "coordinator/roster/foreign_text.h"

#include "absl/strings/str_cat.h"
#include "common/text/printable.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Not in the middle of a character of UTF-8.
std::string_view Beginning(std::string_view text, size_t bytes) {
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

void CleanString(Message& message, const Reflection& fields, const FieldDescriptor* field) {
  if (!field->is_repeated()) {
    const std::string text = fields.GetString(message, field);
    if (std::string clean = ForeignText(text); clean != text) {
      fields.SetString(&message, field, std::move(clean));
    }
    return;
  }
  for (int i = 0; i < fields.FieldSize(message, field); ++i) {
    fields.SetRepeatedString(&message, field, i,
                             ForeignText(fields.GetRepeatedString(message, field, i)));
  }
}

void CleanMessages(Message& message, const Reflection& fields, const FieldDescriptor* field) {
  if (!field->is_repeated()) return CleanTexts(*fields.MutableMessage(&message, field));
  for (int i = 0; i < fields.FieldSize(message, field); ++i) {
    CleanTexts(*fields.MutableRepeatedMessage(&message, field, i));
  }
}

}  // namespace

std::string ForeignText(std::string_view text) {
  if (text.size() <= kMaxForeignBytes) return Printable(text);
  return absl::StrCat(Printable(Beginning(text, kMaxForeignBytes)), "... (", text.size(),
                      " bytes)");
}

void CleanTexts(Message& message) {
  const Reflection& fields = *message.GetReflection();
  std::vector<const FieldDescriptor*> present;
  fields.ListFields(message, &present);
  for (const FieldDescriptor* field : present) {
    if (field->type() == FieldDescriptor::TYPE_STRING) CleanString(message, fields, field);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CleanMessages(message, fields, field);
    }
  }
}

}  // namespace paceline
