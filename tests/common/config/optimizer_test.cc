#include "common/config/optimizer.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/config/schema.h"

namespace paceline {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ErrorOf(const std::string& yaml) {
  const auto parsed = ParseOptimizer(yaml, "--optimizer");
  if (parsed.ok()) return "no error";
  EXPECT_TRUE(absl::IsInvalidArgument(parsed.status()));
  return std::string(parsed.status().message());
}

TEST(ParseOptimizer, ReadsItInlineWithDefaults) {
  const auto parsed = ParseOptimizer("{adafac_mlp: {hidden: 7}}", "x");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->adafac_mlp().hidden(), 7u);
  EXPECT_EQ(parsed->adafac_mlp().layers(), 2u);
}

TEST(ParseOptimizer, TakesItOutOfAWholeConfig) {
  const auto parsed = ParseOptimizer("name: a\noptimizer: {mlp_lopt: {}}\ntasks: []\n", "x");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->mlp_lopt().hidden(), 32u);
}

TEST(ParseOptimizer, NamesEveryFault) {
  EXPECT_THAT(ErrorOf("{adafac_mlp: {hidden: 0}}"), StartsWith("--optimizer:1:23: adafac_mlp.hid"));
  EXPECT_THAT(ErrorOf("{adafac_mpl: {}}"), HasSubstr("adafac_mlp"));
  EXPECT_THAT(ErrorOf("{adafac_mlp: {hiden: 4, layers: 9}}"),
              AllOf(HasSubstr("hiden"), HasSubstr("\n--optimizer:1:33: adafac_mlp.layers")));
  EXPECT_THAT(ErrorOf("{}"), HasSubstr("one of learnable_sgd"));
  EXPECT_THAT(ErrorOf("adafac_mlp"), HasSubstr("{adafac_mlp: {hidden: 4}}"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("an optimizer is a mapping"));
  EXPECT_THAT(ErrorOf("{a"), StartsWith("--optimizer:1:"));
  EXPECT_THAT(ErrorOf(std::string(300000, ' ')), HasSubstr("at most 262144"));
}

TEST(CheckOptimizer, HoldsForAMessageFromAnywhere) {
  v1::LearnedOptimizer optimizer;
  EXPECT_FALSE(CheckOptimizer(optimizer).empty());
  optimizer.mutable_adafac_mlp()->set_hidden(4);
  EXPECT_FALSE(CheckOptimizer(optimizer).empty());
  EXPECT_TRUE(CheckOptimizer(*ParseOptimizer("{adafac_mlp: {}}", "x")).empty());
}

// For every kind that there is, with its defaults.
TEST(OptimizerJson, IsJsonThatIsReadBackToTheSameMessage) {
  const auto& choice = *v1::LearnedOptimizer::descriptor()->oneof_decl(0);
  for (const std::string& kind : AlternativesOf(choice)) {
    const auto optimizer = ParseOptimizer("{" + kind + ": {}}", kind);
    if (!optimizer.ok()) continue;  // has keys without a default
    const std::string text = OptimizerJson(*optimizer);
    EXPECT_TRUE(nlohmann::json::parse(text).contains(kind)) << text;
    const auto back = ParseOptimizer(text, "json");
    ASSERT_TRUE(back.ok()) << text << back.status();
    EXPECT_TRUE(MessageDifferencer::Equals(*optimizer, *back)) << text;
  }
}

TEST(OptimizerJson, WritesZerosToo) {
  const auto optimizer = ParseOptimizer("{learnable_sgdm: {momentum: 0}}", "x");
  ASSERT_TRUE(optimizer.ok());
  EXPECT_EQ(OptimizerJson(*optimizer),
            R"({"learnable_sgdm": {"learning_rate": 0.01, "momentum": 0}})");
}

}  // namespace
}  // namespace paceline
