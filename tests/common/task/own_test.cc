#include "common/task/own.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/config.h"
#include "common/footprint/footprint.h"
#include "common/task/task_fault.h"
#include "common/tier/tier.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kDigest = std::string(63, '0') + "a", kOther = std::string(64, '7');

std::string Plugin(const std::string& digest) {
  return fmt::format("plugin: {{digest: \"{}\"}}", digest);
}

// A whole job with these tasks.
std::string Job(const std::string& tasks, const std::string& more = "") {
  return fmt::format(R"(
name: own
optimizer: {{adafac_mlp: {{hidden: 4}}}}
tasks: [{}]
episode: {{constant: {{steps: 10}}}}
estimator: {{nres: {{window: 5, sigma: 0.01}}, particles: 4, block: 2}}
outer: {{steps: 3, optimizer: {{adam: {{learning_rate: 1.0e-2}}}}}}
{}
)",
                     tasks, more);
}

std::string OwnYaml(const std::string& more = "highest: 5") {
  return fmt::format("{{own: {{{}, name: line, settings: [\"width=32\", \"a=b=c\"], {}}}}}",
                     Plugin(kDigest), more);
}

std::string ImagesYaml(const std::string& dataset = "own", const std::string& name = "own") {
  return fmt::format(
      "{{image_mlp: {{dataset: {}, hidden: [4], images: {{{}: {{{}, name: bars, height: 6, width: "
      "6, classes: 2}}}}}}}}",
      dataset, name, Plugin(kOther));
}

std::string Faults(const std::string& yaml) {
  std::string all;
  for (const auto& fault : ParseConfig(yaml, "own.yaml").faults) all += fault.ToString() + "\n";
  return all;
}

TEST(OwnTask, AConfigMayNameIt) {
  const ParsedConfig parsed = ParseConfig(Job(OwnYaml()), "own.yaml");
  ASSERT_THAT(Faults(Job(OwnYaml())), IsEmpty());
  const v1::OwnTask& own = parsed.config.tasks(0).own();
  EXPECT_EQ(own.plugin().digest(), kDigest);
  EXPECT_THAT(own.settings(), ElementsAre("width=32", "a=b=c"));
  EXPECT_EQ(own.batch(), 32u);
  EXPECT_EQ(own.lowest(), 0);
  const TaskFacts facts = FactsOf(parsed.config.tasks(0));
  EXPECT_THAT(facts.tensors, IsEmpty());
  EXPECT_EQ(facts.text, "line of 0000000000000000 width=32 a=b=c, batch 32");
}

// The bits of its gradients are LibTorch's on every tier that runs it.
TEST(OwnTask, ItsTiersPinLibTorch) {
  v1::JobConfig config = ParseConfig(Job(OwnYaml()), "own.yaml").config;
  EXPECT_THAT(TiersOf(config), ElementsAre(v1::ENGINE_TORCH));
  config.set_engine(v1::ENGINE_REFERENCE);
  EXPECT_THAT(TiersOf(config), ElementsAre(v1::ENGINE_REFERENCE, v1::ENGINE_TORCH));
}

TEST(OwnTask, ItsMemoryIsSaidNotToBeCounted) {
  const v1::JobConfig config = ParseConfig(Job(OwnYaml()), "own.yaml").config;
  EXPECT_THAT(FootprintText(config), HasSubstr("not counted: what the parameters of own tasks"));
  EXPECT_TRUE(CheckFits(config, uint64_t{1} << 30, 1).ok());
  EXPECT_EQ(BlocksThatFit(FootprintOf(config), uint64_t{1} << 30, 1), 2u);
}

TEST(OwnTask, WrongConfigsAreToldWithThePlace) {
  EXPECT_THAT(Faults(Job(OwnYaml("lowest: 5, highest: 5"))),
              HasSubstr("tasks[0].own.highest is 5, which is not above lowest, 5"));
  EXPECT_THAT(Faults(Job("{own: {" + Plugin(kDigest) +
                         ", name: line, settings: [\"a=1\", \"a=2\"], highest: 1}}")),
              HasSubstr("tasks[0].own.settings has a twice"));
  EXPECT_THAT(Faults(Job(OwnYaml("lowest: 0"))), HasSubstr("highest"));
  EXPECT_THAT(Faults(Job("{own: {plugin: {digest: abc}, name: line, highest: 1}}")),
              HasSubstr("64 lower-case hexadecimal digits"));
  EXPECT_THAT(Faults(Job("{own: {" + Plugin(kDigest) + ", name: Line, highest: 1}}")),
              HasSubstr("1 to 64 lower-case letters"));
  EXPECT_THAT(Faults(Job(OwnYaml(), "engine: fused")),
              HasSubstr("engine is fused, which does not run tasks[0], a task of a plug-in"));
  EXPECT_THAT(Faults(Job(OwnYaml(), "objective: {accuracy: {split: inner_valid}}")),
              HasSubstr("objective.accuracy is not to be had of tasks[0]"));
}

TEST(OwnImages, GoWithTheDatasetOwn) {
  EXPECT_THAT(Faults(Job(ImagesYaml())), IsEmpty());
  const v1::JobConfig config = ParseConfig(Job(ImagesYaml()), "own.yaml").config;
  EXPECT_EQ(TextOf(*FactsOf(config.tasks(0)).data), "bars 8x8");
  EXPECT_THAT(Faults(Job("{image_mlp: {dataset: own, hidden: [4]}}")),
              HasSubstr("tasks[0].image_mlp.images.own is missing, and dataset is own"));
  EXPECT_THAT(Faults(Job(ImagesYaml("mnist"))),
              HasSubstr("images.own is for dataset own, and dataset is mnist"));
  EXPECT_THAT(
      Faults(Job("{image_mlp: {dataset: own, hidden: [4], images: {folder: {path: a, height: 2, "
                 "width: 2, classes: 2}}}}")),
      HasSubstr("images.folder is for dataset folder, and dataset is own"));
  EXPECT_THAT(Faults(Job("{sample: {image_mlp: {datasets: [own]}}}")),
              HasSubstr("names own, whose images a sample cannot describe"));
}

TEST(Plugins, AreFoundWhereverAConfigNamesThem) {
  const v1::JobConfig config =
      ParseConfig(Job(OwnYaml() + ", " + ImagesYaml() + ", {quadratic: {}}"), "own.yaml").config;
  EXPECT_THAT(PluginsOf(config.tasks(0)), ElementsAre(kDigest));
  EXPECT_THAT(PluginsOf(config), ElementsAre(kDigest, kOther));
  EXPECT_THAT(PluginsOf(config.tasks(2)), IsEmpty());
}

TEST(Plugins, ThatAreLackingAreTold) {
  EXPECT_EQ(LackingPlugins({}, {}), "");
  EXPECT_EQ(LackingPlugins({kDigest}, {kOther, kDigest}), "");
  EXPECT_EQ(LackingPlugins({kDigest}, {kOther}),
            "the plug-in 0000000000000000 (paceline-worker --task-plugin FILE)");
  EXPECT_EQ(LackingPlugins({kDigest, kOther}, {}),
            "the plug-ins 0000000000000000, 7777777777777777 (paceline-worker "
            "--task-plugin FILE)");
}

}  // namespace
}  // namespace paceline
