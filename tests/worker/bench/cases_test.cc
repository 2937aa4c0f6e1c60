#include "worker/bench/cases.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

TEST(BenchCases, NothingGivenIsTheTable) {
  const auto cases = MakeCases({.threads = 2});
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_THAT(*cases, SizeIs(13));
  EXPECT_EQ((*cases)[1].config.estimator().particles(), 256u);
  EXPECT_EQ((*cases)[2].optimizer, "mlp_lopt");
  EXPECT_EQ((*cases)[2].config.optimizer().mlp_lopt().hidden(), 32u);
  EXPECT_EQ((*cases)[4].config.tasks(0).image_mlp().size(), 28u);
  EXPECT_EQ((*cases)[10].config.optimizer().hyper_v2().lstm_hidden(), 128u);
  EXPECT_TRUE((*cases)[10].config.optimizer().hyper_v2().mix_layers());
}

TEST(BenchCases, TheTaskIsReadIntoTheSchema) {
  const auto cases = MakeCases({.tasks = {"mlp:784-128-64-10:batch=32:tanh"},
                                .optimizers = {"adafac_mlp:hidden=8:layers=1"},
                                .particles = {24},
                                .window = 20,
                                .threads = 2});
  ASSERT_TRUE(cases.ok()) << cases.status();
  const v1::JobConfig& config = cases->front().config;
  const v1::ImageMlp& task = config.tasks(0).image_mlp();
  EXPECT_EQ(task.size(), 28u);
  EXPECT_THAT(task.hidden(), testing::ElementsAre(128, 64));
  EXPECT_EQ(task.batch(), 32u);
  EXPECT_EQ(task.activation(), v1::ACTIVATION_TANH);
  EXPECT_EQ(config.optimizer().adafac_mlp().hidden(), 8u);
  EXPECT_EQ(config.optimizer().adafac_mlp().layers(), 1u);
  EXPECT_EQ(config.estimator().nres().window(), 20u);
  EXPECT_EQ(config.estimator().particles(), 24u);
  EXPECT_EQ(config.engine(), v1::ENGINE_AUTO);
  EXPECT_EQ(cases->front().task, "mlp:784-128-64-10:batch=32:tanh");
}

TEST(BenchCases, EveryTaskGoesWithEveryOptimizerAndNumberOfParticles) {
  const auto cases = MakeCases({.tasks = {"mlp:64-10", "quadratic:7:target"},
                                .optimizers = {"learnable_sgd", "learnable_adam"},
                                .particles = {2, 8, 64}});
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_THAT(*cases, SizeIs(12));
  EXPECT_EQ(cases->front().config.tasks(0).image_mlp().hidden_size(), 0);
  EXPECT_EQ(cases->back().config.tasks(0).quadratic().kind(), v1::QUADRATIC_KIND_TARGET);
}

TEST(BenchCases, ABlockIsAConfigsUnlessAThreadWouldHaveNone) {
  EXPECT_EQ(BlockFor(256, 2), 8u);
  EXPECT_EQ(BlockFor(16, 2), 8u);
  EXPECT_EQ(BlockFor(4, 2), 2u);
  EXPECT_EQ(BlockFor(12, 2), 6u);
  EXPECT_EQ(BlockFor(16, 16), 1u);
  EXPECT_EQ(BlockFor(1, 4), 1u);
}

TEST(BenchCases, SpecsOfAConfigAreReadBackToIt) {
  const auto cases =
      MakeCases({.tasks = {"mlp:81-5-10:batch=9:gelu", "quadratic:12"},
                 .optimizers = {"mlp_lopt:hidden=3:step_multiplier=0.5", "learnable_sgdm",
                                "hyper_v2:mix_layers=false:lstm_hidden=64"}});
  ASSERT_TRUE(cases.ok()) << cases.status();
  for (const BenchCase& bench : *cases) {
    const auto again = MakeCases({.tasks = {TaskSpec(bench.config.tasks(0))},
                                  .optimizers = {OptimizerSpec(bench.config.optimizer())}});
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->front().config.SerializeAsString(), bench.config.SerializeAsString());
  }
  EXPECT_EQ(OptimizerSpec(cases->front().config.optimizer()),
            "mlp_lopt:hidden=3:step_multiplier=0.5");
}

TEST(BenchCases, AConfigsOptimizerIsMeasuredWholeListsAndMappingsToo) {
  const auto cases = MakeCases({.config_path = "configs/curvature.yaml"});
  ASSERT_TRUE(cases.ok()) << cases.status();
  EXPECT_EQ(cases->front().optimizer, "adafac_mlp:hidden=16 with features, clip, curvature");
  const v1::AdafacMlp& own = cases->front().config.optimizer().adafac_mlp();
  EXPECT_EQ(own.features_size(), 12);
  EXPECT_EQ(own.curvature().every(), 10u);
}

TEST(BenchCases, AConfigFileGivesWhatTheCommandLineDoesNot) {
  const auto cases = MakeCases({.particles = {16}, .config_path = "configs/mlp-lopt-pes.yaml"});
  ASSERT_TRUE(cases.ok()) << cases.status();
  EXPECT_TRUE(cases->front().config.optimizer().has_mlp_lopt());
  EXPECT_EQ(cases->front().config.estimator().particles(), 16u);
  EXPECT_TRUE(absl::IsNotFound(MakeCases({.config_path = "configs/none.yaml"}).status()));
}

TEST(BenchCases, WhatIsWrongIsSaidWithWhatWouldBeRight) {
  const struct {
    const char* task;
    const char* optimizer;
    const char* complaint;
  } kBad[] = {
      {"mlp", "adafac_mlp", "a task is mlp:IN"},
      {"cnn:3-4", "adafac_mlp", "a task is mlp:IN"},
      {"mlp:65-32-10", "adafac_mlp", "65 inputs are no square image"},
      {"mlp:64-32-11", "adafac_mlp", "fashion_mnist has 10 classes"},
      {"mlp:64-x-10", "adafac_mlp", "the width 'x'"},
      {"mlp:64-0-10", "adafac_mlp", "the width '0'"},
      {"mlp:64-32-10:batch=0", "adafac_mlp", "batch"},
      {"mlp:64-32-10:swish", "adafac_mlp", "activation"},
      {"mlp:64-32-10:batch={1}", "adafac_mlp", "is no key=value"},
      {"quadratic:-1", "adafac_mlp", "dimension"},
      {"mlp:64-32-10", "adam", "there is no optimizer adam; it must be one of learnable_sgd"},
      {"mlp:64-32-10", "adafac_mlp:hidden=1000", "hidden"},
      {"mlp:64-32-10", "adafac_mlp:width=4", "width"},
      {"mlp:64-32-10", "adafac_mlp:4", "is no key=value"},
  };
  for (const auto& bad : kBad) {
    const auto cases = MakeCases({.tasks = {bad.task}, .optimizers = {bad.optimizer}});
    ASSERT_TRUE(absl::IsInvalidArgument(cases.status())) << bad.task << " " << bad.optimizer;
    EXPECT_THAT(MessageOf(cases.status()), HasSubstr(bad.complaint));
  }
}

}  // namespace
}  // namespace paceline
