#include "coordinator/cli/diff/config_difference.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace paceline {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;
using Path = std::vector<MessageDifferencer::SpecificField>;

std::string PathText(const Path& path) {
  std::string text;
  for (const auto& part : path) {
    absl::StrAppend(&text, text.empty() ? "" : ".", part.field->name());
    const int index = part.index >= 0 ? part.index : part.new_index;
    if (index >= 0) absl::StrAppend(&text, "[", index, "]");
  }
  return text;
}

// Of the field of the message that the path ends at; it may be absent. 0 is what a number without
// presence has where it is not set.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  const bool absent = field.is_repeated() ? index < 0
                                          : field.has_presence() &&
                                                !message.GetReflection()->HasField(message, &field);
  if (absent) return "";
  TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintFieldValueToString(message, &field, index, &text);
  return std::string(absl::StripAsciiWhitespace(text));
}

class Collector : public MessageDifferencer::Reporter {
 public:
  explicit Collector(std::vector<FieldDifference>& found) : found_(found) {}

  void ReportAdded(const Message& a, const Message& b, const Path& path) override {
    Add(a, b, path, -1, path.back().new_index);
  }
  void ReportDeleted(const Message& a, const Message& b, const Path& path) override {
    Add(a, b, path, path.back().index, -1);
  }
  // What is within a message was told before it.
  void ReportModified(const Message& a, const Message& b, const Path& path) override {
    if (path.back().field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return;
    Add(a, b, path, path.back().index, path.back().new_index);
  }

 private:
  void Add(const Message& a, const Message& b, const Path& path, int index, int new_index) {
    const std::string& top = path.front().field->name();
    found_.push_back({.path = PathText(path),
                      .a = ValueText(a, *path.back().field, index),
                      .b = ValueText(b, *path.back().field, new_index),
                      .theta_depends = top != "evaluate" && top != "checkpoint_every"});
  }

  std::vector<FieldDifference>& found_;
};

}  // namespace

std::vector<FieldDifference> ConfigDifferences(const v1::JobConfig& a, const v1::JobConfig& b) {
  std::vector<FieldDifference> found;
  Collector collector(found);
  MessageDifferencer differencer;
  differencer.IgnoreField(v1::JobConfig::descriptor()->FindFieldByName("name"));
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(a, b);
  return found;
}

}  // namespace paceline
