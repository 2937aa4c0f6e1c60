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
    // An absent list is empty, or what its default says.
    const bool optional_list = field.is_repeated() && !rule.required();
    if (field.real_containing_oneof() || optional_mapping) {
      EXPECT_TRUE(rule.default_value().empty()) << field.full_name();
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && !rule.required()) {
      return;  // absent is empty, or its default
    } else if (!optional_list) {
      EXPECT_NE(rule.required(), !rule.default_value().empty()) << field.full_name();
    }
  });
}

TEST(Schema, HasDefaultsThatAreReadable) {
  google::protobuf::DynamicMessageFactory factory;
  ForEachField([&](const FieldDescriptor& field) {
    const std::unique_ptr<google::protobuf::Message> message(
        factory.GetPrototype(field.containing_type())->New());
    for (const std::string& value : DefaultValues(field)) {
      YamlNode node;
      node.kind = YamlNode::Kind::kScalar;
      node.text = value;
      EXPECT_EQ(BindScalar(node, field, field.name(), *message), std::nullopt) << field.full_name();
    }
  });
}

TEST(Schema, ReadsADefaultListAsYamlDoes) {
  const auto values = [](const char* field) {
    return DefaultValues(*v1::SampledImageMlp::descriptor()->FindFieldByName(field));
  };
  EXPECT_THAT(values("width"), ::testing::ElementsAre("8", "128"));
  EXPECT_THAT(values("datasets"), ::testing::ElementsAre("fashion_mnist"));
  const auto& required = *v1::ConvNet::descriptor()->FindFieldByName("channels");
  EXPECT_THAT(DefaultValues(required), ::testing::IsEmpty());
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
  EXPECT_THAT(ValueNames(type), ::testing::ElementsAre("plain", "target", "log", "sum", "data",
                                                       "noisy_mean", "noisy_gradient", "spectrum"));
  EXPECT_EQ(FindEnumValue(type, "log")->number(), v1::QUADRATIC_KIND_LOG);
  EXPECT_EQ(FindEnumValue(type, "unspecified"), nullptr);
  EXPECT_EQ(FindEnumValue(type, "LOG"), nullptr);
}

}  // namespace
}  // namespace paceline
