#include "common/config/field_rules.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/config/pattern.h"
#include "common/config/scalar.h"
#include "common/config/schema.h"
#include "common/task/field_fault.h"
#include "common/text/suggest.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

// One value, of a field or of an element of a list.
class Value {
 public:
  Value(const Message& message, const FieldDescriptor& field, int index)
      : message_(message), field_(field), index_(index) {}

  // The value in words if it breaks its rule.
  std::optional<std::string> Wrong() const {
    const v1::FieldRule& rule = RuleOf(field_);
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32: {
        const uint32_t value = Get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32);
        return Unless(IsInRange(value, rule), fmt::format("{}", value));
      }
      case FieldDescriptor::CPPTYPE_UINT64: {
        const uint64_t value = Get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
        return Unless(IsInRange(static_cast<double>(value), rule), fmt::format("{}", value));
      }
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        const double value = Get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble);
        return Unless(IsInRange(value, rule), FormatNumber(value));
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string value = Get(&Reflection::GetString, &Reflection::GetRepeatedString);
        return Unless(rule.pattern().empty() || MatchesWhole(value, rule.pattern()), Quoted(value));
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = Get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue);
        const bool known = value != 0 && field_.enum_type()->FindValueByNumber(value);
        return Unless(known,
                      value == 0 ? "unspecified" : fmt::format("the unknown value {}", value));
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return std::nullopt;
      default:
        return "of a type that configs do not have";
    }
  }

 private:
  using Reflection = google::protobuf::Reflection;

  template <typename T>
  T Get(T (Reflection::*single)(const Message&, const FieldDescriptor*) const,
        T (Reflection::*element)(const Message&, const FieldDescriptor*, int) const) const {
    const Reflection& reflection = *message_.GetReflection();
    return field_.is_repeated() ? (reflection.*element)(message_, &field_, index_)
                                : (reflection.*single)(message_, &field_);
  }
  static std::optional<std::string> Unless(bool right, std::string words) {
    if (right) return std::nullopt;
    return words;
  }

  const Message& message_;
  const FieldDescriptor& field_;
  int index_;
};

class Checker {
 public:
  void Check(const Message& message, const std::string& path) {
    const auto& type = *message.GetDescriptor();
    if (!message.GetReflection()->GetUnknownFields(message).empty()) {
      Report(path,
             fmt::format("{} has a field that this program does not know; it is older than the "
                         "program that wrote the config",
                         path.empty() ? "the config" : path));
    }
    for (int i = 0; i < type.field_count(); ++i) {
      CheckField(message, *type.field(i), JoinPath(path, type.field(i)->name()));
    }
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      CheckChoice(message, *type.oneof_decl(i), path);
    }
  }

  std::vector<RuleFault> Take() { return std::move(faults_); }

 private:
  void Report(const std::string& path, std::string text) {
    faults_.push_back({path, std::move(text), {path}});
  }

  void CheckField(const Message& message, const FieldDescriptor& field, const std::string& path) {
    if (field.is_repeated()) return CheckList(message, field, path);
    const bool present = message.GetReflection()->HasField(message, &field);
    if (field.real_containing_oneof() && !present) return;
    // What an older program wrote lacks newer fields: they have their defaults.
    const bool optional_value = field.has_presence() && !field.message_type();
    if (optional_value && !present && !RuleOf(field).required()) return;
    if (!field.message_type()) return CheckValue(message, field, -1, path);
    if (present) {
      Check(message.GetReflection()->GetMessage(message, &field), path);
    } else if (RuleOf(field).required()) {
      Report(path, fmt::format("{} is missing; it must be {}", path, Expectation(field)));
    }
  }

  void CheckList(const Message& message, const FieldDescriptor& field, const std::string& path) {
    const v1::FieldRule& rule = RuleOf(field);
    const auto count = static_cast<uint32_t>(message.GetReflection()->FieldSize(message, &field));
    const bool too_few = rule.has_min_items() && count < rule.min_items();
    if (too_few || (rule.has_max_items() && count > rule.max_items())) {
      return Report(path, fmt::format("{} has {} item{}; it must be {}", path, count,
                                      count == 1 ? "" : "s", Expectation(field)));
    }
    if (rule.unique_items()) CheckRepetition(message, field, path);
    for (int i = 0; i < static_cast<int>(count); ++i) {
      const std::string element = ElementPath(path, i);
      if (field.message_type()) {
        Check(message.GetReflection()->GetRepeatedMessage(message, &field, i), element);
      } else {
        CheckValue(message, field, i, element);
      }
    }
  }

  // Of names.
  void CheckRepetition(const Message& message, const FieldDescriptor& field,
                       const std::string& path) {
    const auto& reflection = *message.GetReflection();
    std::set<int> seen;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const int value = reflection.GetRepeatedEnumValue(message, &field, i);
      const auto* name = field.enum_type()->FindValueByNumber(value);
      if (value == 0 || !name || seen.insert(value).second) continue;
      const std::string element = ElementPath(path, i);
      Report(element,
             fmt::format("{} is {} once more; each name may stand in the list once, of {}", element,
                         YamlName(*name), Listed(ValueNames(*field.enum_type()), "and")));
    }
  }

  void CheckValue(const Message& message, const FieldDescriptor& field, int index,
                  const std::string& path) {
    if (const auto wrong = Value(message, field, index).Wrong()) {
      Report(path, fmt::format("{} is {}; it must be {}", path, *wrong, ElementExpectation(field)));
    }
  }

  void CheckChoice(const Message& message, const OneofDescriptor& choice, const std::string& path) {
    if (!NeedsChoice(choice) || message.GetReflection()->HasOneof(message, &choice)) return;
    const auto names = AlternativesOf(choice);
    RuleFault fault{
        path,
        fmt::format("{} has none of {}; it must have exactly one", path, Listed(names, "or")),
        {}};
    for (const std::string& name : names) fault.looked_at.push_back(JoinPath(path, name));
    faults_.push_back(std::move(fault));
  }

  std::vector<RuleFault> faults_;
};

}  // namespace

std::vector<RuleFault> CheckFieldRules(const Message& message) {
  Checker checker;
  checker.Check(message, "");
  return checker.Take();
}

}  // namespace paceline
