#include "common/suite/own_suite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/config.h"
#include "common/suite/cases.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::JobConfig ConfigOf(const std::string& task,
                       const std::string& episode = "constant: {steps: 20}") {
  const ParsedConfig parsed = ParseConfig(R"(
name: tiny
seed: 5
optimizer: {learnable_sgd: {learning_rate: 0.1}}
tasks:
  - )" + task + R"(
episode: {)" + episode + R"(}
estimator: {pes: {window: 4}, particles: 4, block: 2}
outer: {steps: 3, optimizer: {sgd: {learning_rate: 0.1}}}
)",
                                          "test");
  for (const Fault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return parsed.config;
}

std::vector<std::string> Titles(const v1::Suite& suite) {
  std::vector<std::string> titles;
  for (const v1::SuiteTask& task : suite.tasks()) titles.push_back(task.title());
  return titles;
}

TEST(OwnSuite, AsksForUnseenWeightsWidthsAndTwiceTheLength) {
  const auto suite = OwnSuite(ConfigOf("image_mlp: {hidden: [32, 9]}"), {});
  ASSERT_TRUE(suite.ok()) << suite.status();
  EXPECT_THAT(Titles(*suite),
              ElementsAre("Unseen initial weights", "Unseen width, twice as wide",
                          "Unseen width, half as wide", "Twice the training length"));
  EXPECT_THAT(suite->tasks(1).task().image_mlp().hidden(), ElementsAre(64, 18));
  EXPECT_THAT(suite->tasks(2).task().image_mlp().hidden(), ElementsAre(16, 4));
  EXPECT_EQ(suite->tasks(2).horizons(0), 20u);
  EXPECT_EQ(suite->tasks(3).horizons(0), 40u);
  const auto cases = CasesOf(*suite);
  ASSERT_EQ(cases.size(), 4u);
  EXPECT_THAT(cases[1].title(), ::testing::StartsWith("Unseen width, twice as wide: "));
}

TEST(OwnSuite, WhatHasNoWidthHasNoOther) {
  const auto none = OwnSuite(ConfigOf("image_mlp: {hidden: []}"), {});
  EXPECT_THAT(Titles(*none), ElementsAre("Unseen initial weights", "Twice the training length"));
  // One cannot be halved.
  const auto one = OwnSuite(ConfigOf("quadratic: {dimension: 1}"), {});
  EXPECT_EQ(Titles(*one).size(), 3u);
  EXPECT_EQ(one->tasks(1).task().quadratic().dimension(), 2u);
}

TEST(OwnSuite, ASampleIsDrawnOnce) {
  const auto suite = OwnSuite(ConfigOf("sample: {image_mlp: {}}"), {});
  ASSERT_TRUE(suite.ok()) << suite.status();
  EXPECT_TRUE(suite->tasks(0).task().has_image_mlp());
}

TEST(OwnSuite, RefusesWhatCannotBeMeasured) {
  EXPECT_THAT(std::string(OwnSuite(ConfigOf("quadratic: {}"), {.task = 1}).status().message()),
              HasSubstr("there is no task 1; the config has tasks 0 to 0"));
  EXPECT_EQ(OwnSuite(ConfigOf("quadratic: {}"), {.length = 7})->tasks(0).horizons(0), 7u);
}

TEST(OwnSuite, MeasuresTheTaskWithoutWhatTrainingDoesToIt) {
  v1::JobConfig config = ConfigOf("image_mlp: {hidden: [32, 9]}\n    augment: {loss_scale: {}}");
  config.mutable_augment()->mutable_loss_scale()->set_probability(1);
  const auto suite = OwnSuite(config, {});
  ASSERT_TRUE(suite.ok()) << suite.status();
  for (const v1::SuiteTask& task : suite->tasks()) EXPECT_FALSE(task.task().has_augment());
}

}  // namespace
}  // namespace paceline
