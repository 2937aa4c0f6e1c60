#include "common/baseline/rules.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "common/baseline/setting.h"

namespace paceline {
namespace {

TEST(BaselineRulesTest, EachHasAKeyATitleASourceAndARateThatIsSearched) {
  std::set<std::string_view> keys, titles;
  for (const BaselineRule& rule : BaselineRules()) {
    EXPECT_TRUE(keys.insert(rule.key).second) << rule.key;
    EXPECT_TRUE(titles.insert(rule.title).second) << rule.title;
    EXPECT_FALSE(rule.source.empty()) << rule.key;
    ASSERT_FALSE(rule.knobs.empty());
    EXPECT_EQ(rule.knobs.front().name, "learning_rate") << rule.key;
    EXPECT_TRUE(rule.knobs.front().searched) << rule.key;
    EXPECT_NE(rule.flops, nullptr) << rule.key;
    EXPECT_EQ(FindBaseline(rule.key), &rule);
  }
  EXPECT_EQ(FindBaseline("adamx"), nullptr);
  EXPECT_GE(keys.size(), 20u);
}

TEST(BaselineRulesTest, KnobsHaveNamesOfTheirOwnAndDefaultsThatMeanSomething) {
  for (const BaselineRule& rule : BaselineRules()) {
    std::set<std::string_view> names;
    for (const Knob& knob : rule.knobs) {
      EXPECT_TRUE(names.insert(knob.name).second) << rule.key << " " << knob.name;
      EXPECT_FALSE(knob.label.empty()) << rule.key << " " << knob.name;
      v1::BaselineSetting setting;
      setting.set_rule(std::string(rule.key));
      v1::Hyperparameter& value = *setting.add_values();
      value.set_name(std::string(knob.name));
      value.set_value(knob.otherwise);
      EXPECT_TRUE(CheckBaseline(setting).ok()) << CheckBaseline(setting);
    }
  }
}

TEST(BaselineRulesTest, WhatIsSearchedHasARangeAroundWhatIsCustomary) {
  for (const BaselineRule& rule : BaselineRules()) {
    for (const Knob& knob : rule.knobs) {
      if (!knob.searched) continue;
      const std::string where = std::string(rule.key) + " " + std::string(knob.name);
      if (knob.scale == Scale::kChoice) {
        EXPECT_GT(knob.choices.size(), 1u) << where;
        EXPECT_TRUE(knob.words.empty() || knob.words.size() == knob.choices.size()) << where;
        continue;
      }
      EXPECT_LT(knob.low, knob.high) << where;
      EXPECT_TRUE(knob.otherwise == 0 ||
                  (knob.low <= knob.otherwise && knob.otherwise <= knob.high))
          << where;
    }
  }
}

// The rule's line in the reference: every default that is its own.
std::string LineOf(const BaselineRule& rule) {
  v1::BaselineSetting setting;
  setting.set_rule(std::string(rule.key));
  for (const Knob& knob : rule.knobs) {
    if (knob.name == "warmup_updates") break;  // from here on they are everyone's
    v1::Hyperparameter& value = *setting.add_values();
    value.set_name(std::string(knob.name));
    value.set_value(knob.otherwise);
  }
  return "| `" + setting.rule() + "` | " + SettingText(setting) + " |";
}

TEST(BaselineRulesTest, TheReferenceHasEveryDefault) {
  std::ifstream file("docs/reference/baselines.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const BaselineRule& rule : BaselineRules()) {
    EXPECT_NE(text.find(LineOf(rule)), std::string::npos) << "it lacks: " << LineOf(rule);
  }
}

TEST(BaselineRulesTest, MatrixRulesSuitWhatHasAMatrix) {
  const ParameterTensor vector = {"b", {7}, 0, 7}, matrix = {"w", {3, 2}, 7, 6};
  ParameterTensor embedding = {"e", {3, 2}, 7, 6};
  embedding.kind = TensorKind::kEmbedding;
  for (const char* key : {"shampoo", "soap", "muon"}) {
    const BaselineRule& rule = *FindBaseline(key);
    ASSERT_NE(rule.suits, nullptr) << key;
    EXPECT_TRUE(rule.suits({vector, matrix})) << key;
    EXPECT_FALSE(rule.suits({vector, embedding})) << key;
  }
  EXPECT_EQ(FindBaseline("adam")->suits, nullptr);
}

}  // namespace
}  // namespace paceline
