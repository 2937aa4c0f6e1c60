#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::JobConfig Overridden(const std::vector<std::string>& overrides) {
  const ParsedConfig parsed = ParseConfig(testing::kTrialYaml, "job.yaml", overrides);
  for (const Fault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return parsed.config;
}

std::vector<std::string> FaultsOf(const std::vector<std::string>& overrides) {
  return testing::FaultsOf(testing::kTrialYaml, overrides);
}

TEST(Overrides, ChangeOneValueAndNothingElse) {
  v1::JobConfig expected = testing::TrialConfig();
  expected.mutable_outer()->set_steps(60);
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(Overridden({"outer.steps=60"}), expected));
}

TEST(Overrides, ReachIntoLists) {
  const v1::JobConfig config = Overridden(
      {"tasks[0].image_mlp.batch=64", "tasks[0].image_mlp.hidden[0]=16", "tasks[1].weight=0.5"});
  EXPECT_EQ(config.tasks(0).image_mlp().batch(), 64u);
  EXPECT_THAT(config.tasks(0).image_mlp().hidden(), ElementsAre(16));
  EXPECT_EQ(config.tasks(1).weight(), 0.5);
}

TEST(Overrides, SetWholeListsAndMappings) {
  const v1::JobConfig config =
      Overridden({"tasks[0].image_mlp.hidden=[16, 16]", "episode={constant: {steps: 20}}"});
  EXPECT_THAT(config.tasks(0).image_mlp().hidden(), ElementsAre(16, 16));
  EXPECT_EQ(config.episode().constant().steps(), 20u);
}

TEST(Overrides, MakeAbsentKeys) {
  const v1::JobConfig config =
      Overridden({"outer.schedule.cosine.warmup_steps=5", "checkpoint_every=7"});
  EXPECT_EQ(config.outer().schedule().cosine().warmup_steps(), 5u);
  EXPECT_EQ(config.checkpoint_every(), 7u);
}

TEST(Overrides, PutAnAlternativeInThePlaceOfItsRivals) {
  const v1::JobConfig config = Overridden({"estimator.pes.window=20", "outer.clip.element=3"});
  EXPECT_EQ(config.estimator().pes().window(), 20u);
  EXPECT_EQ(config.estimator().particles(), 16u);
  EXPECT_EQ(config.outer().clip().element(), 3);
}

TEST(Overrides, AreAppliedInOrder) { EXPECT_EQ(Overridden({"seed=1", "seed=2"}).seed(), 2u); }

TEST(Overrides, RepairAFaultOfTheFile) {
  EXPECT_THAT(testing::FaultsOf(testing::Changed("steps: 600", "steps: 0x"), {"outer.steps=60"}),
              IsEmpty());
}

TEST(Overrides, KeepNamesThatLookLikeYaml) {
  EXPECT_EQ(Overridden({"name=a-b"}).name(), "a-b");
  EXPECT_EQ(Overridden({"name=\"null\""}).name(), "null");
}

TEST(Overrides, WithFaultsAreNamedByTheWholeArgument) {
  const struct {
    const char* argument;
    const char* message;
  } cases[] = {
      {"outer.steps=0", "outer.steps is 0; it must be a whole number from 1 to 100000000"},
      {"outer.steps=\"60\"", "outer.steps is the text \"60\"; write a number, without quotes"},
      {"outer.steps=", "outer.steps has no value; it must be a whole number from 1 to 100000000"},
      {"outer.stepz=60",
       "unknown key \"stepz\" in outer; did you mean \"steps\", which is there too?"},
      {"oter.steps=60", "unknown key \"oter\"; did you mean \"outer\", which is there too?"},
      {"estimator.block=3",
       "estimator.block is 3, which does not divide estimator.particles, 16; write 2 or 4"},
      {"estimator.pes.sigma=1",
       "estimator.pes.window is missing; it must be a whole number from 1 to 1000000"},
      {"seed=&a 1", "the anchor \"&a\" is not allowed; write the value wherever it is needed"},
      {"tasks[2].weight=1", "tasks has no [2]; its last item is [1]"},
      {"tasks.weight=1", "tasks is a list and has no key \"weight\"; write tasks[0].weight"},
      {"seed[0]=1", "seed is not a list; leave the [index] out"},
      {"seed.low=1", "seed is \"7\" and has no key \"low\"; set it as a whole"},
      {"seed", "it must be like outer.steps=60 or tasks[0].image_mlp.batch=64"},
      {"=1", "it must be like outer.steps=60 or tasks[0].image_mlp.batch=64"},
      {"outer..steps=1", "it must be like outer.steps=60 or tasks[0].image_mlp.batch=64"},
      {"tasks[x].weight=1", "it must be like outer.steps=60 or tasks[0].image_mlp.batch=64"},
      {"tasks[0=1", "it must be like outer.steps=60 or tasks[0].image_mlp.batch=64"},
      {"tasks[99999999999999999999].weight=1",
       "it must be like outer.steps=60 or tasks[0].image_mlp.batch=64"},
      {"outer.steps=[60",
       "not valid YAML: end of sequence flow not found; look at the indentation, brackets, "
       "quotes and colons here and just above"},
  };
  for (const auto& [argument, message] : cases) {
    EXPECT_THAT(FaultsOf({argument}),
                ElementsAre(std::string("--set ") + argument + ": " + message));
  }
}

TEST(Overrides, AreListedAfterTheFaultsOfTheFile) {
  EXPECT_THAT(
      testing::FaultsOf(testing::Changed("seed: 7", "sead: 7"),
                        {"outer.steps=0", "checkpoint_every=0"}),
      ElementsAre(
          "job.yaml:2:1: unknown key \"sead\"; did you mean \"seed\"?",
          "--set outer.steps=0: outer.steps is 0; it must be a whole number from 1 to 100000000",
          "--set checkpoint_every=0: checkpoint_every is 0; it must be a whole number from 1 to "
          "1000000"));
}

}  // namespace
}  // namespace paceline
