#include "common/task/task_draws.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "common/lane/portable_math.h"
#include "paceline/v1/options.pb.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// "DATASET_": what the name of the value 0 has before UNSPECIFIED.
std::string PrefixOf(const google::protobuf::EnumDescriptor& type) {
  const std::string& name = type.FindValueByNumber(0)->name();
  return name.substr(0, name.size() - std::string("UNSPECIFIED").size());
}

double ValueOf(const FieldDescriptor& field, std::string word) {
  if (field.enum_type() == nullptr) return std::strtod(word.c_str(), nullptr);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
  const auto* value = field.enum_type()->FindValueByName(PrefixOf(*field.enum_type()) + word);
  return value == nullptr ? 0 : value->number();
}

// Of a rule's "[8, 128]".
std::vector<double> DefaultsOf(const FieldDescriptor& field) {
  const std::string& text = field.options().GetExtension(v1::rule).default_value();
  std::vector<double> numbers;
  std::string word;
  for (const char c : text) {
    if (c != '[' && c != ']' && c != ',' && c != ' ') {
      word.push_back(c);
    } else if (!word.empty()) {
      numbers.push_back(ValueOf(field, word));
      word.clear();
    }
  }
  return numbers;
}

double NumberOf(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  if (field.enum_type() != nullptr) {
    return reflection.GetRepeatedEnumValue(message, &field, index);
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE) {
    return reflection.GetRepeatedDouble(message, &field, index);
  }
  return reflection.GetRepeatedUInt32(message, &field, index);
}

}  // namespace

std::vector<double> NumbersOf(const Message& message, const std::string& name) {
  const FieldDescriptor& field = *message.GetDescriptor()->FindFieldByName(name);
  const int size = message.GetReflection()->FieldSize(message, &field);
  if (size == 0) return DefaultsOf(field);
  std::vector<double> numbers;
  for (int i = 0; i < size; ++i) numbers.push_back(NumberOf(message, field, i));
  return numbers;
}

Range RangeOf(const Message& message, const std::string& field) {
  const std::vector<double> numbers = NumbersOf(message, field);
  return {numbers.front(), numbers.back()};
}

std::string RangeFault(const Range& range) {
  if (!(range.first > range.last)) return "";
  return fmt::format("is [{0:g}, {1:g}], which ends below its beginning; write [{1:g}, {0:g}]",
                     range.first, range.last);
}

bool IsRange(const FieldDescriptor& field) {
  const v1::FieldRule& rule = field.options().GetExtension(v1::rule);
  return rule.min_items() == 2 && rule.max_items() == 2;
}

LogRange::LogRange(const Range& range)
    : range_(range), low_(PortableLog(range.first)), high_(PortableLog(range.last)) {}

double LogRange::At(double uniform) const {
  const double drawn = PortableExp(low_ + uniform * (high_ - low_));
  // Rounding may carry it just past an end.
  return std::max(range_.first, std::min(drawn, range_.last));
}

double TaskDraws::Uniform() { return UniformAt(stream_, next_++); }

double TaskDraws::Uniform(const Range& range) {
  const double drawn = range.first + Uniform() * (range.last - range.first);
  return std::min(drawn, range.last);
}

uint32_t TaskDraws::LogInt(const Range& range) {
  const double drawn = std::floor(LogUniform(range));
  const double most = std::max(range.first, range.last - 1);
  return static_cast<uint32_t>(std::min(drawn, most));
}

uint32_t TaskDraws::Int(const Range& range) {
  const double count = std::max(0.0, range.last - range.first) + 1;
  return static_cast<uint32_t>(range.first + std::floor(count * Uniform()));
}

double TaskDraws::OneOf(const std::vector<double>& values) {
  const double at = std::floor(static_cast<double>(values.size()) * Uniform());
  return values[static_cast<size_t>(at)];
}

}  // namespace paceline
