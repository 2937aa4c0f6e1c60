// The schema keeps to what the binder, the rules and the printer know.
#include "common/config/schema.h"

#include <gmock/gmock.h>
#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>

#include "common/config/bind_scalar.h"
#include "common/config/pattern.h"
#include "paceline/v1/job_config.pb.h"

namespace paceline {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

void ForEachField(const Descriptor& type, const std::function<void(const FieldDescriptor&)>& visit,
                  std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    visit(*type.field(i));
    if (type.field(i)->message_type()) ForEachField(*type.field(i)->message_type(), visit, seen);
  }
}

void ForEachField(const std::function<void(const FieldDescriptor&)>& visit) {
  std::set<const Descriptor*> seen;
  ForEachField(*v1::JobConfig::descriptor(), visit, seen);
  EXPECT_GT(seen.size(), 15u);
}

TEST(Schema, HasOnlyTypesThatConfigsHave) {
  const std::set<FieldDescriptor::CppType> known = {
      FieldDescriptor::CPPTYPE_UINT32, FieldDescriptor::CPPTYPE_UINT64,
      FieldDescriptor::CPPTYPE_DOUBLE, FieldDescriptor::CPPTYPE_STRING,
      FieldDescriptor::CPPTYPE_ENUM,   FieldDescriptor::CPPTYPE_MESSAGE,
      FieldDescriptor::CPPTYPE_BOOL};
  ForEachField([&](const FieldDescriptor& field) {
    EXPECT_TRUE(known.contains(field.cpp_type()) && !field.is_map()) << field.full_name();
  });
}

TEST(Schema, SaysOfEveryValueWhatHoldsIfItsKeyIsAbsent) {
  ForEachField([](const FieldDescriptor& field) {
    const v1::FieldRule& rule = RuleOf(field);
    const bool optional_mapping = field.message_type() && !field.is_repeated();
    // An absent list is empty.
    const bool optional_list = field.is_repeated() && !rule.required();
    if (field.real_containing_oneof() || optional_mapping || optional_list) {
      EXPECT_TRUE(rule.default_value().empty()) << field.full_name();
    } else {
      EXPECT_NE(rule.required(), !rule.default_value().empty()) << field.full_name();
    }
  });
}

TEST(Schema, HasDefaultsThatAreReadable) {
  google::protobuf::DynamicMessageFactory factory;
  ForEachField([&](const FieldDescriptor& field) {
    if (RuleOf(field).default_value().empty()) return;
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.text = RuleOf(field).default_value();
    const std::unique_ptr<google::protobuf::Message> message(
        factory.GetPrototype(field.containing_type())->New());
    EXPECT_EQ(BindScalar(node, field, field.name(), *message), std::nullopt) << field.full_name();
  });
}

TEST(Schema, BoundsEveryNumberButTheSeed) {
  ForEachField([](const FieldDescriptor& field) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_UINT32 &&
        field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE) {
      return;
    }
    EXPECT_TRUE(RuleOf(field).has_min() && RuleOf(field).has_max()) << field.full_name();
  });
}

TEST(Schema, HasPatternsThatCompileAndAreDescribed) {
  ForEachField([](const FieldDescriptor& field) {
    const v1::FieldRule& rule = RuleOf(field);
    EXPECT_EQ(rule.pattern().empty(), rule.pattern_words().empty()) << field.full_name();
    EXPECT_NO_THROW(MatchesWhole("", rule.pattern())) << field.full_name();
  });
}

TEST(Schema, NamesEnumValuesWithoutTheirPrefix) {
  const auto& type = *v1::QuadraticKind_descriptor();
  EXPECT_THAT(ValueNames(type), ::testing::ElementsAre("plain", "target", "log"));
  EXPECT_EQ(FindEnumValue(type, "log")->number(), v1::QUADRATIC_KIND_LOG);
  EXPECT_EQ(FindEnumValue(type, "unspecified"), nullptr);
  EXPECT_EQ(FindEnumValue(type, "LOG"), nullptr);
}

}  // namespace
}  // namespace paceline
