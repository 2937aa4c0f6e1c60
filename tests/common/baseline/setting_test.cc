#include "common/baseline/setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/testing/baseline_setting.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;
using testing::Setting;

struct Fault {
  v1::BaselineSetting setting;
  std::string words;
};

TEST(CheckBaselineTest, SaysWhatIsWrong) {
  const Fault faults[] = {
      {Setting("adm"), "no baseline is called \"adm\"; did you mean \"adam\"?"},
      {Setting(""), "no baseline is called \"\"; it is one of sgd, momentum,"},
      {Setting("adam", {{"betta1", 0.9}}),
       "adam has no hyperparameter \"betta1\"; did you mean \"beta1\"?"},
      {Setting("sgd", {{"xyz", 1}}), "sgd has no hyperparameter \"xyz\"; it is one of"},
      {Setting("adam", {{"learning_rate", 0}}), "adam: learning_rate is 0; it must be above 0"},
      {Setting("adam", {{"learning_rate", NAN}}), "must be above 0"},
      {Setting("adam", {{"learning_rate", INFINITY}}), "must be above 0"},
      {Setting("adam", {{"beta2", 1}}), "adam: beta2 is 1; it must be at least 0 and below 1"},
      {Setting("adam", {{"beta1", -0.1}}), "at least 0 and below 1"},
      {Setting("adamw", {{"weight_decay", -1}}), "at least 0"},
      {Setting("adam", {{"warmup", 1.5}}), "from 0 to 1"},
      {Setting("adam", {{"schedule", 1.5}}), "0 (constant), 1 (linear), 2 (cosine)"},
      {Setting("adam", {{"accumulate", 2.5}}), "a whole number from 1 on"},
      {Setting("soap", {{"every", 0}}), "a whole number from 1 on"},
      {Setting("momentum", {{"nesterov", 2}}), "0 (plain) or 1 (Nesterov)"},
      {Setting("adam", {{"beta1", 0.5}, {"beta1", 0.6}}), "adam: beta1 is given twice"},
      {Setting("adam", {{"schedule", 5}}), "wants point_1 and factor_1"},
      {Setting("adam", {{"schedule", 5}, {"point_1", 0.5}, {"point_2", 0.5}}), "must rise"},
  };
  for (const Fault& fault : faults) {
    const absl::Status status = CheckBaseline(fault.setting);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(fault.words));
  }
}

TEST(CheckBaselineTest, DefaultsAndEdgesAreRight) {
  for (const BaselineRule& rule : BaselineRules()) {
    EXPECT_TRUE(CheckBaseline(Setting(std::string(rule.key))).ok()) << rule.key;
  }
  EXPECT_TRUE(CheckBaseline(Setting("adam", {{"beta1", 0}, {"warmup", 1}, {"l2", -0.1}})).ok());
}

TEST(SettingTest, WhatIsNotGivenHasItsDefault) {
  const v1::BaselineSetting setting = Setting("adam", {{"beta1", 0.5}});
  const BaselineRule& rule = *FindBaseline("adam");
  EXPECT_EQ(ValueOf(setting, rule, "beta1"), 0.5);
  EXPECT_EQ(ValueOf(setting, rule, "beta2"), 0.999);
  EXPECT_EQ(ValueOf(setting, rule, "weight_decay"), 0);
}

TEST(SettingTest, TextIsTheRateAndWhatIsSet) {
  EXPECT_EQ(SettingText(Setting("adam", {{"warmup", 0.05}, {"schedule", 2}, {"beta2", 0.95}})),
            "rate 0.01, cosine, warm-up 0.05, β₂ 0.95");
  EXPECT_EQ(SettingText(Setting("sgd", {{"learning_rate", 0.123456}})), "rate 0.123");
}

TEST(SettingTest, AScheduleIsReadFromItsHyperparameters) {
  const Schedule schedule = ScheduleOf(Setting("sgd", {{"schedule", 5},
                                                       {"warmup", 0},
                                                       {"point_1", 0.1},
                                                       {"factor_1", 1},
                                                       {"point_2", 0.6},
                                                       {"factor_2", 0.5}}));
  EXPECT_EQ(schedule.kind, ScheduleKind::kPiecewise);
  EXPECT_EQ(schedule.points, (std::vector<double>{0.1, 0.6}));
  EXPECT_EQ(schedule.factors, (std::vector<double>{1, 0.5}));
}

}  // namespace
}  // namespace paceline
