#include "coordinator/cli/diff/config_difference.h"

#include "common/config/config.h"
#include "gmock/gmock.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::JobConfig Sample() {
  const ParsedConfig parsed = ParseConfig(R"(
name: tiny
seed: 3
optimizer: {learnable_sgd: {}}
tasks:
  - quadratic: {dimension: 4}
  - quadratic: {dimension: 5}
    weight: 2
episode: {constant: {steps: 8}}
estimator: {pes: {window: 4, sigma: 0.1}, particles: 4, block: 2}
outer: {steps: 3, optimizer: {sgd: {learning_rate: 0.1}}}
)",
                                          "tiny.yaml");
  EXPECT_TRUE(parsed.faults.empty());
  return parsed.config;
}

// "path: a | b", with a star where θ does not depend on it.
std::vector<std::string> Texts(const v1::JobConfig& other) {
  std::vector<std::string> texts;
  for (const FieldDifference& field : ConfigDifferences(Sample(), other)) {
    texts.push_back((field.theta_depends ? "" : "*") + field.path + ": " + field.a + " | " +
                    field.b);
  }
  return texts;
}

TEST(ConfigDifferenceTest, EqualConfigsUnderTwoNamesHaveNone) {
  v1::JobConfig other = Sample();
  other.set_name("tiny-2");
  EXPECT_THAT(Texts(other), IsEmpty());
}

TEST(ConfigDifferenceTest, FieldsAreNamedByTheirPathWithBothValues) {
  v1::JobConfig other = Sample();
  other.set_seed(0);
  other.mutable_tasks(1)->mutable_quadratic()->set_dimension(6);
  other.mutable_estimator()->mutable_pes()->set_sigma(0.25);
  EXPECT_THAT(Texts(other), ElementsAre("seed: 3 | 0", "tasks[1].quadratic.dimension: 5 | 6",
                                        "estimator.pes.sigma: 0.1 | 0.25"));
}

TEST(ConfigDifferenceTest, WhatThetaDoesNotDependOnIsMarked) {
  v1::JobConfig other = Sample();
  other.set_checkpoint_every(7);
  other.mutable_evaluate()->set_every(10);
  EXPECT_THAT(Texts(other), ElementsAre("*checkpoint_every: 50 | 7", "*evaluate:  | every: 10"));
}

TEST(ConfigDifferenceTest, AnotherKindIsOneAbsentAndOnePresent) {
  v1::JobConfig other = Sample();
  other.mutable_outer()->mutable_optimizer()->mutable_lamb()->set_learning_rate(0.5);
  EXPECT_THAT(Texts(other), ElementsAre("outer.optimizer.sgd: learning_rate: 0.1 | ",
                                        "outer.optimizer.lamb:  | learning_rate: 0.5"));
  other = Sample();
  other.mutable_tasks()->RemoveLast();
  EXPECT_THAT(Texts(other),
              ElementsAre("tasks[1]: quadratic { dimension: 5 kind: QUADRATIC_KIND_PLAIN noise: 1 "
                          "condition: 1000 } weight: 2 | "));
}

}  // namespace
}  // namespace paceline
