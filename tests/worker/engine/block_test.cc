#include "worker/engine/block.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/noise/streams.h"
#include "tests/testing/shared_data.h"

namespace paceline {
namespace {

v1::JobConfig Config() {
  v1::JobConfig config;
  config.set_name("block-test");
  config.set_seed(11);
  config.set_engine(v1::ENGINE_AUTO);
  config.mutable_optimizer()->mutable_learnable_sgd()->set_learning_rate(0.05);
  v1::Task& task = *config.add_tasks();
  task.set_weight(1);
  task.mutable_quadratic()->set_dimension(7);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_TARGET);
  config.mutable_episode()->mutable_log_uniform()->set_min(10);
  config.mutable_episode()->mutable_log_uniform()->set_max(40);
  v1::Estimator& estimator = *config.mutable_estimator();
  estimator.mutable_nres()->set_window(5);
  estimator.mutable_nres()->set_sigma(0.1);
  estimator.set_particles(12);
  estimator.set_block(4);
  return config;
}

std::shared_ptr<JobContext> Job(const v1::JobConfig& config) {
  auto job = JobContext::Create(config, SharedData());
  EXPECT_TRUE(job.ok()) << job.status();
  return *job;
}

std::vector<float> ThetaAt(int64_t step) { return {-3.0f + 0.01f * static_cast<float>(step)}; }

// Scalars of windows first..last of a block made anew.
std::vector<std::vector<ParticleScalars>> Replay(const std::shared_ptr<JobContext>& job,
                                                 uint32_t block, int64_t first, int64_t last) {
  Block made(job, block);
  std::vector<std::vector<ParticleScalars>> windows;
  for (int64_t step = first; step <= last; ++step) {
    auto scalars = made.RunWindow(step, ThetaAt(step));
    EXPECT_TRUE(scalars.ok()) << scalars.status();
    windows.push_back(*scalars);
  }
  return windows;
}

TEST(Block, IsReMadeFromItsEpisodesFirstWindow) {
  const auto job = Job(Config());
  const auto whole = Replay(job, 1, 0, 39);
  Block cursor(job, 1);
  for (int64_t step = 0; step < 40; ++step) {
    const auto again = Replay(job, 1, cursor.EpisodeStart(step), step);
    EXPECT_EQ(again.back(), whole[step]) << "outer step " << step;
  }
}

TEST(Block, RefusesAWindowThatItDoesNotStandAt) {
  Block block(Job(Config()), 0);
  int64_t inside = 1;
  while (block.EpisodeStart(inside) == inside) ++inside;
  EXPECT_EQ(block.RunWindow(inside, ThetaAt(0)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(block.RunWindow(0, std::vector<float>(2)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Block, SumsTheMetaLossOfBothSigns) {
  const auto job = Job(Config());
  const auto scalars = Replay(job, 2, 0, 0)[0];
  // Plain SGD on Σ(c − p)² by hand, for the block's first particle.
  const RunSeed seed{11, 8, 0};
  const float theta = ThetaAt(0)[0];
  for (int sign : {+1, -1}) {
    std::vector<float> perturbed(1), p(7), g(7);
    Perturb(std::vector<float>{theta}, 0.1f, sign,
            {.key = 11, .purpose = Purpose::kPerturbation, .particle = 8}, perturbed);
    job->task(0).SampleInitial(seed, p);
    double sum = 0;
    for (int step = 0; step < 5; ++step) {
      sum += job->task(0).LossAndGradient(seed, step, p, g);
      for (int i = 0; i < 7; ++i) p[i] -= std::exp(perturbed[0]) * g[i];
    }
    EXPECT_NEAR(sign > 0 ? scalars[0].sum_plus : scalars[0].sum_minus, sum, 1e-4 * sum);
  }
  EXPECT_EQ(scalars[0].trained_steps, 5u);
  EXPECT_FALSE(scalars[0].diverged);
}

TEST(Block, ADivergedParticleYieldsTheBoundAndNothingElseChanges) {
  v1::JobConfig config = Config();
  config.mutable_estimator()->mutable_nres()->set_sigma(20);  // some learning rates explode
  config.mutable_estimator()->mutable_nres()->set_window(50);
  config.mutable_episode()->mutable_constant()->set_steps(200);
  const auto job = Job(config);
  const double bound = 50.0 * job->task(0).meta_loss_bound();
  int diverged = 0;
  const auto windows = Replay(job, 0, 0, 3);
  for (const auto& window : windows) {
    for (const ParticleScalars& scalars : window) {
      EXPECT_TRUE(std::isfinite(scalars.sum_plus) && std::isfinite(scalars.sum_minus));
      EXPECT_LE(std::max(scalars.sum_plus, scalars.sum_minus), bound);
      diverged += scalars.diverged;
    }
  }
  EXPECT_GT(diverged, 0);
  EXPECT_LT(diverged, 16);
  EXPECT_EQ(Replay(job, 0, 0, 3), windows);
}

TEST(Block, TruncatedEsStartsBothSignsFromOneState) {
  v1::JobConfig config = Config();
  config.mutable_estimator()->mutable_truncated_es()->set_window(1);
  config.mutable_estimator()->mutable_truncated_es()->set_sigma(0.1);
  const auto job = Job(config);
  // With one step per window and the loss taken before the update, both signs see the same loss.
  for (const auto& scalars : Replay(job, 0, 0, 9)) {
    for (const ParticleScalars& particle : scalars) {
      EXPECT_EQ(particle.sum_plus, particle.sum_minus);
    }
  }
}

TEST(Block, FullEsRunsAWholeEpisodePerWindow) {
  v1::JobConfig config = Config();
  config.mutable_estimator()->mutable_full_es()->set_sigma(0.1);
  const auto job = Job(config);
  Block block(job, 0);
  for (int64_t step : {5, 2, 9}) {
    ASSERT_TRUE(block.CanRun(step));
    const auto scalars = block.RunWindow(step, ThetaAt(step)).value();
    EXPECT_GE(scalars[0].trained_steps, 10u);
    EXPECT_LE(scalars[0].trained_steps, 40u);
    EXPECT_EQ(block.InnerSteps(step), 8 * scalars[0].trained_steps);
  }
}

}  // namespace
}  // namespace paceline
