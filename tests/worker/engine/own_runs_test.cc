// Tasks of plug-ins under learned optimizers: one run after the other, and many together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/lopt/layout.h"
#include "tests/testing/plugin_files.h"
#include "worker/engine/inner_runs.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

constexpr int kRuns = 4, kSteps = 20;

DataStore& Store() {
  static DataStore* store =
      new DataStore("/nowhere", "", PluginTable::Load({PluginFile("plugin_line")}).value());
  return *store;
}

// Run r is particle r / 2; all under θ's initial values.
class OwnRuns {
 public:
  OwnRuns(v1::Engine engine, const std::vector<std::string>& settings) {
    v1::OwnTask& own = *config_.mutable_own();
    own.mutable_plugin()->set_digest(FileDigest(PluginFile("plugin_line")));
    own.set_name("line");
    own.set_batch(8);
    own.set_highest(50);
    for (const std::string& setting : settings) own.add_settings(setting);
    v1::AdafacMlp& adafac = *optimizer_.mutable_adafac_mlp();
    adafac.set_hidden(4);
    adafac.set_layers(2);
    adafac.set_step_multiplier(0.1);
    adafac.set_exp_multiplier(0.1);
    theta_ = InitialTheta(LayoutOf(optimizer_), 3);
    task_ = MakeTask(config_, Store()).value();
    runs_ = MakeRuns(engine, optimizer_, config_, *task_, kRuns).value();
    for (int run = 0; run < kRuns; ++run) Start(run);
  }

  void Start(int run) {
    const RunSeed seed = {.key = 4, .particle = static_cast<uint32_t>(run / 2)};
    ASSERT_TRUE(runs_->Start(run, seed, kSteps).ok());
  }
  absl::StatusOr<std::vector<float>> Advance(int steps = kSteps) {
    const std::vector<RunTheta> thetas(kRuns, {.theta = theta_});
    std::vector<float> losses(kRuns * steps);
    const absl::Status status = runs_->Advance(thetas, steps, losses);
    if (!status.ok()) return status;
    return losses;
  }
  InnerRuns& runs() { return *runs_; }

 private:
  v1::Task config_;
  v1::LearnedOptimizer optimizer_;
  std::vector<float> theta_;
  std::unique_ptr<Task> task_;
  std::unique_ptr<InnerRuns> runs_;
};

TEST(OwnRuns, OneAfterTheOtherHaveTheReferencesBits) {
  OwnRuns torch(v1::ENGINE_TORCH, {}), reference(v1::ENGINE_REFERENCE, {});
  const auto losses = torch.Advance();
  ASSERT_TRUE(losses.ok()) << losses.status();
  EXPECT_EQ(*losses, reference.Advance().value());
  EXPECT_NE(losses->front(), losses->at(kSteps - 1)) << "nothing was trained";
  // The two runs of a particle are the same, those of two particles are not.
  EXPECT_EQ(losses->at(0), losses->at(kSteps));
  EXPECT_NE(losses->at(0), losses->at(2 * kSteps));
}

TEST(OwnRuns, TogetherAreNearThoseOneAfterTheOther) {
  OwnRuns together(v1::ENGINE_TORCH, {"batched=1"}), alone(v1::ENGINE_TORCH, {});
  const auto losses = together.Advance(), expected = alone.Advance();
  ASSERT_TRUE(losses.ok()) << losses.status();
  ASSERT_TRUE(expected.ok()) << expected.status();
  for (size_t i = 0; i < losses->size(); ++i) {
    EXPECT_NEAR(losses->at(i), expected->at(i), 1e-3 * (1 + std::fabs(expected->at(i)))) << i;
  }
}

TEST(OwnRuns, GoOnWhereTheyWereSaved) {
  for (const char* batched : {"batched=0", "batched=1"}) {
    OwnRuns whole(v1::ENGINE_TORCH, {batched}), half(v1::ENGINE_TORCH, {batched}),
        other(v1::ENGINE_TORCH, {batched});
    const std::vector<float> expected = whole.Advance().value();
    ASSERT_TRUE(half.Advance(kSteps / 2).ok());
    for (int run = 0; run < kRuns; ++run) {
      ASSERT_TRUE(other.runs().Restore(run, kSteps / 2, half.runs().Save(run).value()).ok());
    }
    const std::vector<float> rest = other.Advance(kSteps / 2).value();
    for (int run = 0; run < kRuns; ++run) {
      for (int step = 0; step < kSteps / 2; ++step) {
        EXPECT_EQ(rest[run * (kSteps / 2) + step], expected[run * kSteps + kSteps / 2 + step]);
      }
    }
  }
}

TEST(OwnRuns, ALossThatDependsOnNothingTrainsNothing) {
  for (const std::vector<std::string>& settings :
       {std::vector<std::string>{"fault=constant"},
        std::vector<std::string>{"fault=losses_constant", "batched=1"}}) {
    OwnRuns own(v1::ENGINE_TORCH, settings);
    const auto losses = own.Advance();
    ASSERT_TRUE(losses.ok()) << losses.status();
    for (const float loss : *losses) EXPECT_TRUE(std::isfinite(loss));
  }
}

TEST(OwnRuns, ALossThatIsNoNumberIsADivergence) {
  OwnRuns own(v1::ENGINE_TORCH, {"fault=nan"});
  const auto losses = own.Advance();
  ASSERT_TRUE(losses.ok()) << losses.status();
  EXPECT_TRUE(std::isnan(losses->front()));
  EXPECT_TRUE(std::isnan(losses->back()));
}

TEST(OwnRuns, WhatGoesWrongInAWindowIsToldWithThePlugin) {
  const std::pair<std::vector<std::string>, std::string> wrong[] = {
      {{"fault=later"}, "cannot compute its loss: it throws: the loss is lost at last"},
      {{"fault=losses_shape", "batched=1"}, "has losses of Float []; they must be a number for"},
      {{"fault=losses_throw", "batched=1"}, "cannot compute its losses: it throws: all lost"},
  };
  for (const auto& [settings, words] : wrong) {
    OwnRuns own(v1::ENGINE_TORCH, settings);
    const absl::Status status = own.Advance().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("task line of plug-in plugin_line.so ("));
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

TEST(OwnRuns, OtherTiersAreRefused) {
  v1::Task config;
  config.mutable_own()->set_name("line");
  EXPECT_EQ(CheckEngine(v1::ENGINE_FUSED, config, false).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(CheckEngine(v1::ENGINE_TORCH, config, false).ok());
  const absl::Status gpu = CheckEngine(v1::ENGINE_TORCH, config, /*on_gpu=*/true);
  EXPECT_THAT(std::string(gpu.message()), HasSubstr("give --device cpu"));
}

}  // namespace
}  // namespace paceline
