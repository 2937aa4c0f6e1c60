// `paceline tasks`: what families there are, and draws of them.
#include "common/config/config.h"
#include "common/task/facts.h"
#include "common/task/sample.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/cli/commands/commands_fixture.h"

namespace paceline {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSampledConfig[] = R"(
name: sampled
optimizer: {learnable_sgd: {}}
tasks:
  - sample: {image_mlp: {width: [4, 9]}, budget: {seconds_per_step: 0.001, gflops: 2}}
  - quadratic: {dimension: 4}
episode: {constant: {steps: 8}}
estimator: {pes: {window: 4}, particles: 64, block: 2}
outer: {steps: 3, optimizer: {sgd: {learning_rate: 0.1}}}
)";

class TasksTest : public CommandsTest {
 protected:
  TasksTest() { std::ofstream(sampled()) << kSampledConfig; }
  std::string sampled() const { return folder_ + "/sampled.yaml"; }

  json Json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    EXPECT_EQ(Run(arguments), 0) << err();
    return json::parse(out());
  }
};

const json* Named(const json& list, const std::string& name) {
  for (const json& one : list) {
    if (one.at("name") == name) return &one;
  }
  return nullptr;
}

TEST_F(TasksTest, EveryFamilyOfTheSchemaIsListedWithAllItsKnobs) {
  const json listed = Json({"tasks"});
  const auto check = [](const google::protobuf::OneofDescriptor& families, const json& list) {
    for (int i = 0; i < families.field_count(); ++i) {
      const auto& family = *families.field(i);
      const json* found = Named(list, family.name());
      ASSERT_EQ(found == nullptr, family.name() == "sample") << family.name();
      if (found == nullptr) continue;
      for (int k = 0; k < family.message_type()->field_count(); ++k) {
        const std::string& knob = family.message_type()->field(k)->name();
        EXPECT_NE(Named(found->at("knobs"), knob), nullptr) << family.name() << " " << knob;
      }
    }
  };
  check(*v1::Task::descriptor()->FindOneofByName("kind"), listed.at("fixed"));
  check(*v1::Sample::descriptor()->FindOneofByName("family"), listed.at("sampled"));
}

TEST_F(TasksTest, AKnobSaysWhatItTakesAndItsDefault) {
  const json listed = Json({"tasks"});
  const json& fixed = Named(listed.at("fixed"), "rnn_lm")->at("knobs");
  EXPECT_EQ(Named(fixed, "hidden")->at("takes"), "a whole number from 1 to 8192");
  EXPECT_EQ(Named(fixed, "hidden")->at("default"), "128");
  const json& mlp = Named(listed.at("fixed"), "image_mlp")->at("knobs");
  EXPECT_EQ(Named(mlp, "hidden")->at("default"), "required");
  const json& sampled = Named(listed.at("sampled"), "rnn_lm")->at("knobs");
  EXPECT_EQ(Named(sampled, "hidden")->at("default"), "[8, 256]");
  EXPECT_EQ(Run({"tasks"}), 0);
  EXPECT_THAT(out(), AllOf(HasSubstr("Fixed: "), HasSubstr("Sampled "), HasSubstr("rnn_lm\n")));
}

TEST_F(TasksTest, WithoutAConfigEachFamilyIsDrawnInTurn) {
  const auto families =
      static_cast<size_t>(v1::Sample::descriptor()->FindOneofByName("family")->field_count());
  const std::string count = std::to_string(families + 1);
  const json draws = Json({"tasks", "--sample", count}).at("draws");
  ASSERT_EQ(draws.size(), families + 1);
  EXPECT_EQ(draws[0].at("task"), draws[families].at("task"));
  EXPECT_NE(draws[0].at("text"), draws[families].at("text"));
  for (size_t i = 1; i < families; ++i) EXPECT_NE(draws[0].at("task"), draws[i].at("task")) << i;
}

TEST_F(TasksTest, DrawsOfAConfigAreWhatItsBlocksBeginWith) {
  const v1::JobConfig config = *LoadConfig(sampled());
  const json draws = Json({"tasks", sampled(), "--sample", "20"}).at("draws");
  ASSERT_EQ(draws.size(), 20u);
  int quadratics = 0;
  for (uint32_t block = 0; block < 20; ++block) {
    if (draws[block].at("task") == "a quadratic") {
      ++quadratics;
      EXPECT_EQ(draws[block].at("parameters"), 4);
      continue;
    }
    const TaskFacts facts = FactsOf(DrawTask(config.tasks(0), config.seed(), block, 0));
    EXPECT_EQ(draws[block].at("text"), facts.text);
    EXPECT_EQ(draws[block].at("parameters"), facts.parameter_count());
    EXPECT_EQ(draws[block].at("flops_per_step"), facts.flops);
    EXPECT_DOUBLE_EQ(draws[block].at("seconds_per_step"), facts.flops / 2e9);
    EXPECT_LE(draws[block].at("seconds_per_step"), 0.001);
    EXPECT_GT(draws[block].at("bytes"), 8 * facts.parameter_count());
  }
  EXPECT_GT(quadratics, 0);
  EXPECT_LT(quadratics, 20);
}

TEST_F(TasksTest, AnotherSeedDrawsOthers) {
  const json draws = Json({"tasks", sampled(), "--sample", "8"});
  EXPECT_EQ(Json({"tasks", sampled(), "--sample", "8"}), draws);
  EXPECT_NE(Json({"tasks", sampled(), "--sample", "8", "--set", "seed=7"}), draws);
}

TEST_F(TasksTest, PeopleSeeATableOfDraws) {
  EXPECT_EQ(Run({"tasks", sampled(), "--sample", "3"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("PARAMETERS"), HasSubstr("MS/STEP"), HasSubstr("batch ")));
}

TEST_F(TasksTest, WhatDoesNotGoTogetherIsWrongUsage) {
  EXPECT_EQ(Run({"tasks", sampled()}), 2);
  EXPECT_THAT(err(), HasSubstr("--sample N"));
  EXPECT_EQ(Run({"tasks", "--sample", "3", "--set", "seed=7"}), 2);
  EXPECT_THAT(err(), HasSubstr("give one too"));
  EXPECT_EQ(Run({"tasks", "--set", "seed=7"}), 2);
  EXPECT_EQ(Run({"tasks", "--sample", "0"}), 2);
  EXPECT_EQ(Run({"tasks", sampled(), "--sample", "3", "--set", "outer.steps=0"}), 2);
  EXPECT_THAT(err(), HasSubstr("outer.steps is 0"));
  EXPECT_THAT(out(), Not(HasSubstr("TASK")));
}

}  // namespace
}  // namespace paceline
