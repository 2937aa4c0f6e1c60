// Policies in the engine's runs: gradients by both tiers, learning, and the same bits anywhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "common/config/optimizer.h"
#include "tests/testing/baseline_setting.h"
#include "tests/testing/shared_data.h"
#include "tests/testing/targets.h"
#include "tests/worker/task/policy_gradient/configs.h"
#include "worker/baselines/make.h"
#include "worker/engine/gradient_source.h"
#include "worker/engine/inner_runs.h"
#include "worker/engine/score_source.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

using testing::Environments;
using testing::PolicyConfig;

constexpr RunSeed kSeed = {.key = 5, .particle = 2, .episode = 7};

v1::Task TaskOf(const v1::PolicyGradient& config) {
  v1::Task task;
  *task.mutable_policy_gradient() = config;
  return task;
}

std::unique_ptr<Task> Made(const v1::PolicyGradient& config) {
  return MakeTask(TaskOf(config), SharedData()).value();
}

std::vector<float> Initial(const Task& task) {
  std::vector<float> parameters(task.parameter_count());
  task.SampleInitial(kSeed, parameters);
  return parameters;
}

// The loss, then the gradient.
std::vector<float> Ask(GradientSource& source, int64_t step, const std::vector<float>& parameters) {
  std::vector<float> answer(parameters.size() + 1);
  answer[0] = source.LossAndGradient(kSeed, step, parameters, std::span(answer).subspan(1));
  return answer;
}

TEST(PolicyGradientSource, HasTheReferencesLossesAndGradients) {
  for (const v1::Environment environment : Environments()) {
    SCOPED_TRACE(v1::Environment_Name(environment));
    v1::PolicyGradient config = PolicyConfig(environment, {13, 8}, 19, 60);
    for (const auto activation : {v1::ACTIVATION_TANH, v1::ACTIVATION_ANY}) {
      config.set_activation(activation);
      const auto task = Made(config);
      const auto fused = MakeKernelSource(*task, lane::ActiveTarget());
      const auto plain = MakePlainSource(*task);
      const std::vector<float> parameters = Initial(*task);
      for (const int64_t step : {0, 4}) {
        const std::vector<float> own = Ask(*fused, step, parameters);
        const std::vector<float> wanted = Ask(*plain, step, parameters);
        EXPECT_EQ(own[0], wanted[0]) << "both act alike";
        float largest = 0;
        for (size_t i = 1; i < wanted.size(); ++i) {
          largest = std::max(largest, std::fabs(wanted[i]));
        }
        ASSERT_GT(largest, 0);
        for (size_t i = 1; i < own.size(); ++i) {
          ASSERT_NEAR(own[i], wanted[i], 1e-4f * largest) << "step " << step << ", " << i;
        }
      }
    }
  }
}

TEST(PolicyGradientSource, HasTheSameBitsOnEveryInstructionSet) {
  for (const v1::Environment environment : Environments()) {
    const auto task = Made(PolicyConfig(environment, {13, 8}, 19, 60));
    const std::vector<float> parameters = Initial(*task);
    const std::vector<float> wanted =
        Ask(*MakeKernelSource(*task, lane::Target::kScalar), 3, parameters);
    for (const lane::Target target : testing::RunnableTargets()) {
      EXPECT_EQ(Ask(*MakeKernelSource(*task, target), 3, parameters), wanted)
          << lane::TargetName(target);
    }
  }
}

TEST(PolicyGradientSource, ScoresAreTheTasksOwn) {
  const auto task = Made(PolicyConfig(v1::ENVIRONMENT_CART_POLE, {8}, 16, 80));
  const std::vector<float> parameters = Initial(*task);
  const FreshBatch batch = {.number = 4};
  EXPECT_EQ(MakeKernelScores(*task)->Score(kSeed, batch, parameters).loss,
            task->Score(kSeed, batch, parameters).loss);
}

// Losses of `steps` inner steps under a hand-designed Adam.
std::vector<float> Trained(const v1::PolicyGradient& config, double rate, int64_t steps) {
  const auto task = Made(config);
  auto optimizer =
      MakeBaseline(testing::Setting("adam", {{"learning_rate", rate}}), task->parameters()).value();
  auto runs =
      MakeRunsWith(v1::ENGINE_FUSED, std::move(optimizer), TaskOf(config), *task, 1).value();
  EXPECT_TRUE(runs->Start(0, kSeed, steps).ok());
  std::vector<float> losses(static_cast<size_t>(steps));
  EXPECT_TRUE(runs->Advance(std::vector<RunTheta>(1), steps, losses).ok());
  return losses;
}

double MeanOf(std::span<const float> losses) {
  double sum = 0;
  for (const float loss : losses) sum += double{loss};
  return sum / static_cast<double>(losses.size());
}

TEST(PolicyGradientRuns, ACartPolesReturnGrowsSeveralTimes) {
  v1::PolicyGradient config = PolicyConfig(v1::ENVIRONMENT_CART_POLE, {16}, 16, 200);
  const std::vector<float> losses = Trained(config, 0.02, 80);
  const double first = MeanOf(std::span(losses).first(5));
  const double last = MeanOf(std::span(losses).last(10));
  EXPECT_GT(first, -45);
  EXPECT_LT(last, -120);
}

TEST(PolicyGradientRuns, AnAcrobotLearnsToSwingUp) {
  v1::PolicyGradient config = PolicyConfig(v1::ENVIRONMENT_ACROBOT, {16}, 16, 500);
  config.set_discount(0.99);
  config.set_trace(0.95);
  // Nearly at random at first.
  config.set_init(v1::INITIALIZER_UNIFORM);
  config.set_init_scale(0.1);
  const std::vector<float> losses = Trained(config, 0.02, 60);
  EXPECT_GT(MeanOf(std::span(losses).first(3)), 400);
  EXPECT_LT(MeanOf(std::span(losses).last(10)), 200);
}

v1::LearnedOptimizer Learned() { return *ParseOptimizer("{adafac_mlp: {hidden: 4}}", "test"); }

TEST(PolicyGradientRuns, GoOnWithTheSameBitsFromWhatWasSaved) {
  const v1::PolicyGradient config = PolicyConfig(v1::ENVIRONMENT_PENDULUM, {8}, 16, 50);
  const auto task = Made(config);
  const auto make = [&] {
    return MakeRuns(v1::ENGINE_FUSED, Learned(), TaskOf(config), *task, 1).value();
  };
  const std::vector<float> theta(197, 0.1f);
  const std::vector<RunTheta> thetas = {{.theta = theta}};
  std::vector<float> losses(6), rest(3);
  const auto whole = make();
  ASSERT_TRUE(whole->Start(0, kSeed, 6).ok());
  ASSERT_TRUE(whole->Advance(thetas, 6, losses).ok());
  const auto first = make(), second = make();
  ASSERT_TRUE(first->Start(0, kSeed, 6).ok());
  ASSERT_TRUE(first->Advance(thetas, 3, rest).ok());
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), losses.begin()));
  ASSERT_TRUE(second->Start(0, kSeed, 6).ok());
  ASSERT_TRUE(second->Restore(0, 3, first->Save(0).value()).ok());
  ASSERT_TRUE(second->Advance(thetas, 3, rest).ok());
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), losses.begin() + 3));
  EXPECT_EQ(second->Parameters(0), whole->Parameters(0));
}

TEST(PolicyGradientRuns, TheTorchTierRefusesThem) {
  const v1::PolicyGradient config = PolicyConfig(v1::ENVIRONMENT_PENDULUM, {8}, 16, 50);
  const auto task = Made(config);
  const auto runs = MakeRuns(v1::ENGINE_TORCH, Learned(), TaskOf(config), *task, 1);
  EXPECT_EQ(runs.status().message(),
            "the torch engine does not run a policy_gradient: give engine: auto");
}

}  // namespace
}  // namespace paceline
