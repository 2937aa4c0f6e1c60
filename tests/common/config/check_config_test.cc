// Messages that did not come from ParseConfig.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "tests/common/config/trial_config.h"

namespace paceline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> CheckChanged(const std::function<void(v1::JobConfig&)>& change) {
  v1::JobConfig config = testing::TrialConfig();
  change(config);
  return CheckConfig(config);
}

TEST(CheckConfig, AcceptsWhatParseConfigMade) {
  EXPECT_THAT(CheckConfig(testing::TrialConfig()), IsEmpty());
}

TEST(CheckConfig, ListsEveryFaultOfAnEmptyMessage) {
  EXPECT_THAT(
      CheckConfig(v1::JobConfig()),
      ElementsAre(
          StartsWith("name is \"\"; it must be 1 to 63 lower-case letters"),
          StartsWith(
              "optimizer is missing; it must be a mapping with exactly one of learnable_sgd"),
          StartsWith("tasks has 0 items; it must be a list of 1 to 64 items"),
          StartsWith("episode is missing"), StartsWith("estimator is missing"),
          StartsWith("outer is missing"),
          "aggregation is unspecified; it must be one of strict, quorum or async",
          "engine is unspecified; it must be one of auto, reference, torch or fused",
          "checkpoint_every is 0; it must be a whole number from 1 to 1000000"));
}

TEST(CheckConfig, FindsUnsetAlternatives) {
  EXPECT_THAT(
      CheckChanged([](auto& config) { config.mutable_estimator()->clear_kind(); }),
      ElementsAre(
          "estimator has none of nres, pes, truncated_es, full_es or gpes; it must have exactly "
          "one"));
  EXPECT_THAT(
      CheckChanged([](auto& config) { config.mutable_tasks(1)->clear_kind(); }),
      ElementsAre("tasks[1] has none of " + testing::TaskKinds() + "; it must have exactly one"));
}

TEST(CheckConfig, FindsEnumsThatAreUnspecifiedOrUnknown) {
  EXPECT_THAT(CheckChanged([](auto& config) { config.set_engine(v1::ENGINE_UNSPECIFIED); }),
              ElementsAre(StartsWith("engine is unspecified; ")));
  EXPECT_THAT(CheckChanged([](auto& config) { config.set_engine(static_cast<v1::Engine>(-5)); }),
              ElementsAre(StartsWith("engine is the unknown value -5; ")));
}

TEST(CheckConfig, FindsNumbersThatAreNotFiniteOrOutOfRange) {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, 0.0, -1.0, 101.0}) {
    EXPECT_THAT(CheckChanged([bad](auto& config) {
                  config.mutable_estimator()->mutable_nres()->set_sigma(bad);
                }),
                ElementsAre(StartsWith("estimator.nres.sigma is ")))
        << bad;
  }
  EXPECT_THAT(
      CheckChanged([](auto& config) { config.mutable_outer()->mutable_clip()->set_element(NAN); }),
      ElementsAre("outer.clip.element is nan; it must be a number above 0 and at most 1000000000"));
}

TEST(CheckConfig, FindsRulesBetweenFields) {
  EXPECT_THAT(
      CheckChanged([](auto& config) { config.mutable_estimator()->set_block(3); }),
      ElementsAre(
          "estimator.block is 3, which does not divide estimator.particles, 16; write 2 or 4"));
}

TEST(CheckConfig, KeepsSystemsAndOptimizersApart) {
  const std::string system = "{lorenz: {}}", theta = "{system_parameters: {initial: [1, 2]}}";
  const auto faults = [](const std::string& task, const std::string& optimizer,
                         const std::string& engine = "auto") {
    return testing::FaultsOf(testing::kTrialYaml, {"tasks=[" + task + "]", "optimizer=" + optimizer,
                                                   "engine=" + engine});
  };
  EXPECT_THAT(faults(system, theta), IsEmpty());
  EXPECT_THAT(faults(system, theta, "reference"), IsEmpty());
  EXPECT_THAT(faults(system, "{mlp_lopt: {}}"),
              ElementsAre(HasSubstr("write system_parameters with an initial list of 2 numbers")));
  EXPECT_THAT(faults("{quadratic: {}}", theta),
              ElementsAre(HasSubstr("tasks[0] is trained by an optimizer")));
  EXPECT_THAT(faults("{influence_balancing: {}}", theta),
              ElementsAre(HasSubstr(
                  "optimizer.system_parameters.initial has 2 numbers; tasks[0] has 1 number")));
  EXPECT_THAT(faults(system, theta, "fused"),
              ElementsAre(HasSubstr("engine is fused, which does not run tasks[0], a dynamical "
                                    "system; write auto or reference")));
}

TEST(CheckConfig, AnEngineThatIsAskedForMustRunEveryTask) {
  const auto faults = [](const std::string& engine) {
    return testing::FaultsOf(
        testing::kTrialYaml,
        {"tasks=[{quadratic: {}}, {conv_net: {channels: [8]}}]", "engine=" + engine});
  };
  for (const char* engine : {"auto", "torch", "reference", "fused"}) {
    EXPECT_THAT(faults(engine), IsEmpty()) << engine;
  }
}

// Of a job whose only task is this.
std::vector<std::string> FaultsOfTask(const std::string& task) {
  return testing::FaultsOf(testing::kTrialYaml, {"tasks=[" + task + "]"});
}

TEST(CheckConfig, AVitsWidthIsAMultipleOfItsHeads) {
  EXPECT_THAT(FaultsOfTask("{vit: {width: 30, heads: 5}}"), IsEmpty());
  EXPECT_THAT(FaultsOfTask("{vit: {width: 30, heads: 4}}"),
              ElementsAre(HasSubstr("tasks[0].vit.width is 30, no multiple of heads, which is 4; "
                                    "write 28 or 32")));
  EXPECT_THAT(FaultsOfTask("{vit: {width: 3, heads: 4}}"), ElementsAre(HasSubstr("; write 4")));
}

TEST(CheckConfig, AFolderOfImagesIsDescribedAndNothingElseIs) {
  const std::string folder = "images: {folder: {path: mine, height: 5, width: 7, classes: 3}}";
  for (const std::string kind :
       {"image_mlp: {hidden: [4], ", "image_mlp: {hidden: [], norm: layer, ",
        "conv_net: {channels: [4], ", "vit: {", "mlp_mixer: {"}) {
    SCOPED_TRACE(kind);
    const std::string name = kind.substr(0, kind.find(':'));
    EXPECT_THAT(FaultsOfTask("{" + kind + "dataset: folder, size: 0, " + folder + "}}"), IsEmpty());
    EXPECT_THAT(FaultsOfTask("{" + kind + "dataset: folder}}"),
                ElementsAre(HasSubstr("tasks[0]." + name +
                                      ".images.folder is missing, and dataset "
                                      "is folder; say what is in it")));
    EXPECT_THAT(FaultsOfTask("{" + kind + "dataset: mnist, " + folder + "}}"),
                ElementsAre(HasSubstr("tasks[0]." + name +
                                      ".images.folder is for dataset folder, "
                                      "and dataset is mnist")));
  }
}

TEST(CheckConfig, OnlyGreyImagesAreStacked) {
  const auto faults = [](const std::string& dataset, const std::string& grey) {
    return FaultsOfTask("{conv_net: {channels: [4], dataset: " + dataset +
                        ", images: {stack_channels: 3, grey: " + grey + "}}}");
  };
  EXPECT_THAT(faults("cifar10", "true"), IsEmpty());
  EXPECT_THAT(faults("mnist", "false"), IsEmpty());
  EXPECT_THAT(faults("cifar10", "false"),
              ElementsAre(HasSubstr("tasks[0].conv_net.images.stack_channels is 3, which is for "
                                    "grey images, and these have 3 channels; write grey: true")));
}

TEST(CheckConfig, MaximalUpdateIsForPlainMlpsAlone) {
  const auto faults = [](const std::string& more) {
    return FaultsOfTask("{image_mlp: {hidden: [4], parametrization: mu" + more + "}}");
  };
  EXPECT_THAT(faults(""), IsEmpty());
  for (const char* more : {", norm: batch", ", dropout: 0.5", ", loss: mse", ", activation: any",
                           ", init: orthogonal", ", meta_loss: parametric"}) {
    EXPECT_THAT(faults(more), ElementsAre(HasSubstr("tasks[0].image_mlp.parametrization is mu")))
        << more;
  }
}

TEST(CheckConfig, TasksWithLargeTablesAreBounded) {
  EXPECT_THAT(FaultsOfTask("{quadratic: {kind: noisy_mean, dimension: 256}}"), IsEmpty());
  EXPECT_THAT(FaultsOfTask("{quadratic: {kind: noisy_mean, dimension: 257}}"),
              ElementsAre(HasSubstr("tasks[0].quadratic.dimension is 257, and kind noisy_mean has "
                                    "256 at most")));
  const auto squared = [](const std::string& classes) {
    return FaultsOfTask(
        "{image_mlp: {hidden: [4], loss: mse, dataset: folder, images: {folder: "
        "{path: mine, height: 5, width: 7, classes: " +
        classes + "}}}}");
  };
  EXPECT_THAT(squared("4096"), IsEmpty());
  EXPECT_THAT(squared("4097"),
              ElementsAre(HasSubstr("tasks[0].image_mlp.loss is mse of 4097 classes")));
}

TEST(CheckConfig, ATableOfClassesHasTwoOfThemAtLeast) {
  const auto faults = [](const std::string& classes) {
    return FaultsOfTask(
        "{table_mlp: {hidden: [4], table: {path: t.csv, target: y, features: 3, "
        "classes: " +
        classes + "}}}");
  };
  EXPECT_THAT(faults("0"), IsEmpty());
  EXPECT_THAT(faults("2"), IsEmpty());
  EXPECT_THAT(faults("1"), ElementsAre(HasSubstr("tasks[0].table_mlp.table.classes is 1")));
}

// One fault is told once: not what follows from it.
TEST(CheckConfig, ATaskWithAFieldAtFaultIsNotAskedForRules) {
  EXPECT_THAT(FaultsOfTask("{vit: {width: 30, heads: 0}}"),
              ElementsAre(HasSubstr("tasks[0].vit.heads is 0")));
}

TEST(CheckConfig, FeaturesFromCurvatureWantATaskThatHasIt) {
  const std::string optimizer = "optimizer={adafac_mlp: {features: [gradient, hessian_diagonal]}}";
  EXPECT_THAT(testing::FaultsOf(testing::kTrialYaml, {"tasks=[{quadratic: {}}]", optimizer}),
              IsEmpty());
  EXPECT_THAT(
      testing::FaultsOf(testing::kTrialYaml, {"tasks=[{conv_net: {channels: [8]}}]", optimizer}),
      ElementsAre(HasSubstr("tasks[0] is a conv_net, which has no curvature")));
}

TEST(CheckConfig, BoundsTheMemoryOfABlock) {
  const auto with_block = [](uint32_t particles) {
    return CheckChanged([particles](auto& config) {
      config.mutable_tasks(1)->mutable_quadratic()->set_dimension(1000000);
      config.mutable_estimator()->set_particles(particles);
      config.mutable_estimator()->set_block(particles);
    });
  };
  EXPECT_THAT(with_block(1431), IsEmpty());
  EXPECT_THAT(with_block(1432),
              ElementsAre(StartsWith("tasks[1] has 1000000 parameters: a block of 1432")));
}

TEST(CheckConfig, EndsSoonOnHugeNumbers) {
  const auto begin = std::chrono::steady_clock::now();
  const auto faults = CheckChanged([](auto& config) {
    config.mutable_estimator()->set_particles(4294967291u);  // prime
    config.mutable_estimator()->set_block(4294967290u);
    config.mutable_tasks(1)->mutable_quadratic()->set_dimension(~0u);
    config.mutable_outer()->set_steps(~0u);
    config.set_checkpoint_every(~0u);
    config.mutable_episode()->mutable_log_uniform()->set_min(~0u);
  });
  EXPECT_THAT(faults, SizeIs(6));
  CheckChanged([](auto& config) {
    config.mutable_estimator()->set_particles(4294967291u);
    config.mutable_estimator()->set_block(4096);
  });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(CheckConfig, FindsObjectivesThatWantDataOfASystem) {
  EXPECT_THAT(
      CheckChanged([](auto& config) {
        config.mutable_optimizer()->mutable_system_parameters()->add_initial(0.5);
        config.clear_tasks();
        config.add_tasks()->mutable_influence_balancing()->set_loss_every(1);
        config.mutable_tasks(0)->set_weight(1);
        config.mutable_objective()->mutable_held_out_loss()->set_split(v1::DATA_SPLIT_OUTER_VALID);
      }),
      ElementsAre("objective.held_out_loss is measured on data, and tasks[0], a dynamical "
                  "system, has none; choose another or leave the task out"));
}

TEST(CheckConfig, EndsSoonOnLongTextsAndLists) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(CheckChanged([](auto& config) { config.set_name(std::string(4 << 20, 'a')); }),
              ElementsAre(StartsWith("name is \"aaaa")));
  EXPECT_THAT(
      CheckChanged([](auto& config) {
        for (int i = 0; i < 100000; ++i) config.add_tasks();
      }),
      ElementsAre(StartsWith("tasks has 100002 items; it must be a list of 1 to 64 items")));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(CheckConfig, ListsAtMostAHundredFaults) {
  const auto faults = CheckChanged([](auto& config) {
    auto* piecewise = config.mutable_outer()->mutable_schedule()->mutable_piecewise();
    for (int i = 0; i < 150; ++i) piecewise->add_boundaries();
  });
  EXPECT_THAT(faults, SizeIs(101));
  EXPECT_EQ(faults.back(), "and 50 more");
}

TEST(CheckConfig, RefusesFieldsOfAnotherVersion) {
  v1::JobConfig config = testing::TrialConfig();
  std::string bytes = config.SerializeAsString();
  bytes += "\xF8\x07\x01";  // field 127, varint 1
  ASSERT_TRUE(config.ParseFromString(bytes));
  EXPECT_THAT(CheckConfig(config),
              ElementsAre(StartsWith("the config has a field that this program does not know")));
}

}  // namespace
}  // namespace paceline
