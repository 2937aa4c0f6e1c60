#include <gtest/gtest.h>

#include <cmath>

#include "common/lopt/layout.h"
#include "tests/testing/shared_data.h"
#include "worker/engine/inner_runs.h"
#include "worker/task/make_task.h"

namespace paceline {
namespace {

v1::Task SmallMlp() {
  v1::Task config;
  v1::ImageMlp& mlp = *config.mutable_image_mlp();
  mlp.set_dataset(v1::DATASET_FASHION_MNIST);
  mlp.set_size(8);
  mlp.add_hidden(12);
  mlp.set_activation(v1::ACTIVATION_RELU);
  mlp.set_batch(32);
  return config;
}

v1::Task SmallQuadratic() {
  v1::Task config;
  config.mutable_quadratic()->set_dimension(11);
  config.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_TARGET);
  return config;
}

v1::LearnedOptimizer Adafac() {
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_adafac_mlp()->set_hidden(4);
  optimizer.mutable_adafac_mlp()->set_layers(2);
  optimizer.mutable_adafac_mlp()->set_step_multiplier(0.1);
  optimizer.mutable_adafac_mlp()->set_exp_multiplier(0.1);
  return optimizer;
}

v1::LearnedOptimizer Sgd() {
  v1::LearnedOptimizer optimizer;
  optimizer.mutable_learnable_sgd()->set_learning_rate(0.1);
  return optimizer;
}

struct Problem {
  v1::Task config;
  v1::LearnedOptimizer optimizer;
  std::unique_ptr<Task> task;
  std::vector<float> theta;

  Problem(v1::Task task_config, v1::LearnedOptimizer lopt)
      : config(std::move(task_config)), optimizer(std::move(lopt)) {
    task = MakeTask(config, SharedData()).value();
    theta = InitialTheta(LayoutOf(optimizer), 3);
  }

  // The same for all runs.
  std::vector<RunTheta> Thetas(int runs) const { return std::vector<RunTheta>(runs, {theta}); }

  std::vector<float> Losses(v1::Engine engine, int runs, int64_t steps) {
    auto made = MakeRuns(engine, optimizer, config, *task, runs).value();
    std::vector<float> losses(runs * steps);
    for (int r = 0; r < runs; ++r) {
      EXPECT_TRUE(made->Start(r, {5, static_cast<uint32_t>(r), 0}, 100).ok());
    }
    EXPECT_TRUE(made->Advance(Thetas(runs), steps, losses).ok());
    return losses;
  }
};

void ExpectClose(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "step " << i;
}

TEST(InnerRuns, AllTiersAgreeOnAnImageMlp) {
  Problem setup(SmallMlp(), Adafac());
  const auto reference = setup.Losses(v1::ENGINE_REFERENCE, 2, 20);
  ExpectClose(setup.Losses(v1::ENGINE_FUSED, 2, 20), reference, 2e-5f);
  ExpectClose(setup.Losses(v1::ENGINE_TORCH, 2, 20), reference, 2e-5f);
}

TEST(InnerRuns, AllTiersAgreeOnAQuadratic) {
  Problem setup(SmallQuadratic(), Adafac());
  const auto reference = setup.Losses(v1::ENGINE_REFERENCE, 2, 20);
  ExpectClose(setup.Losses(v1::ENGINE_FUSED, 2, 20), reference, 2e-4f);
  ExpectClose(setup.Losses(v1::ENGINE_TORCH, 2, 20), reference, 2e-4f);
}

TEST(InnerRuns, ARunDoesNotDependOnItsNeighbours) {
  Problem setup(SmallMlp(), Adafac());
  for (v1::Engine engine : {v1::ENGINE_REFERENCE, v1::ENGINE_FUSED}) {
    const auto three = setup.Losses(engine, 3, 7);
    const auto one = setup.Losses(engine, 1, 7);
    EXPECT_TRUE(std::equal(one.begin(), one.end(), three.begin()));
  }
}

TEST(InnerRuns, WindowsJoinSeamlessly) {
  Problem setup(SmallMlp(), Adafac());
  const auto whole = setup.Losses(v1::ENGINE_FUSED, 1, 10);
  auto runs = MakeRuns(v1::ENGINE_FUSED, setup.optimizer, setup.config, *setup.task, 1).value();
  ASSERT_TRUE(runs->Start(0, {5, 0, 0}, 100).ok());
  std::vector<float> parts(10);
  ASSERT_TRUE(runs->Advance(setup.Thetas(1), 4, std::span(parts).first(4)).ok());
  ASSERT_TRUE(runs->Advance(setup.Thetas(1), 6, std::span(parts).last(6)).ok());
  EXPECT_EQ(parts, whole);
}

TEST(InnerRuns, CopyCarriesEverything) {
  Problem setup(SmallMlp(), Adafac());
  auto runs = MakeRuns(v1::ENGINE_FUSED, setup.optimizer, setup.config, *setup.task, 2).value();
  ASSERT_TRUE(runs->Start(0, {5, 0, 0}, 100).ok());
  ASSERT_TRUE(runs->Start(1, {5, 1, 0}, 100).ok());
  const std::vector<RunTheta> thetas = setup.Thetas(2);
  std::vector<float> losses(6);
  ASSERT_TRUE(runs->Advance(thetas, 3, losses).ok());
  EXPECT_NE(losses[2], losses[5]);
  runs->Copy(0, 1);
  ASSERT_TRUE(runs->Advance(thetas, 3, losses).ok());
  EXPECT_TRUE(std::equal(losses.begin(), losses.begin() + 3, losses.begin() + 3));
}

TEST(InnerRuns, WhatAGpuCannotRunIsRefused) {
  Problem mlp(SmallMlp(), Sgd()), quadratic(SmallQuadratic(), Sgd());
  EXPECT_TRUE(CheckEngine(v1::ENGINE_FUSED, mlp.config, true).ok());
  EXPECT_TRUE(CheckEngine(v1::ENGINE_FUSED, quadratic.config, true).ok());
  EXPECT_EQ(MakeCudaRuns(quadratic.optimizer, *quadratic.task, 2, nullptr).status().message(),
            "the fused kernel runs only image_mlp tasks on a GPU");
  EXPECT_EQ(CheckEngine(v1::ENGINE_REFERENCE, mlp.config, true).message(),
            "the reference engine does not run on a GPU: give --device cpu, or engine: fused");
}

TEST(InnerRuns, SgdLearnsToClassify) {
  Problem setup(SmallMlp(), Sgd());
  const auto losses = setup.Losses(v1::ENGINE_FUSED, 1, 400);
  EXPECT_NEAR(losses.front(), std::log(10.0f), 0.5f);
  EXPECT_LT(losses.back(), 1.5f);
}

}  // namespace
}  // namespace paceline
