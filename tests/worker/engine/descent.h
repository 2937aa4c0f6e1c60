// A block under any estimator and objective, and plain gradient descent by hand on the task's own
// loops to compare it with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "common/noise/streams.h"
#include "tests/testing/shared_data.h"
#include "tests/worker/engine/problems.h"
#include "worker/engine/block.h"

namespace paceline {

inline constexpr uint32_t kWindow = 5;
inline constexpr uint32_t kParticles = 4;
inline constexpr float kSigma = 0.1f;

inline v1::JobConfig Config(const v1::Task& task, v1::Engine engine) {
  v1::JobConfig config;
  config.set_name("objective-test");
  config.set_seed(11);
  config.set_engine(engine);
  config.mutable_optimizer()->mutable_learnable_sgd()->set_learning_rate(0.05);
  *config.add_tasks() = task;
  config.mutable_tasks(0)->set_weight(1);
  config.mutable_episode()->mutable_constant()->set_steps(15);
  v1::Estimator& estimator = *config.mutable_estimator();
  estimator.mutable_nres()->set_window(kWindow);
  estimator.mutable_nres()->set_sigma(kSigma);
  estimator.set_particles(kParticles);
  estimator.set_block(kParticles);
  return config;
}

inline v1::Task ImageTask() { return SmallMlpTask({12}); }
inline v1::Task QuadraticTask() {
  v1::Task task;
  task.mutable_quadratic()->set_dimension(7);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_TARGET);
  return task;
}

inline std::shared_ptr<JobContext> Job(const v1::JobConfig& config) {
  auto job = JobContext::Create(config, SharedData());
  EXPECT_TRUE(job.ok()) << job.status();
  return *job;
}

inline std::vector<float> ThetaAt(int64_t step) {
  return {-2.5f + 0.02f * static_cast<float>(step)};
}

using Scalars = std::vector<ParticleScalars>;

// Windows first..last of a block made anew.
inline std::vector<Scalars> Windows(const v1::JobConfig& config, int64_t first, int64_t last) {
  Block block(Job(config), 0);
  std::vector<Scalars> windows;
  for (int64_t step = first; step <= last; ++step) {
    auto scalars = block.RunWindow(step, ThetaAt(step));
    EXPECT_TRUE(scalars.ok()) << scalars.status();
    windows.push_back(*scalars);
  }
  return windows;
}

// The second episode of the block, which is not cut: its windows are these outer steps.
struct Episode {
  int64_t first = 0, last = 0;
  int64_t length = 0;
  int64_t window = kWindow;
};
inline Episode SecondEpisode(const v1::JobConfig& config) {
  EpisodeCursor cursor(config, 0);
  do {
    cursor.Advance();
  } while (!cursor.window().begins_episode());
  const int64_t first = cursor.window().step, length = cursor.window().length_steps;
  return {first, first + length / kWindow - 1, length};
}

// SGD by hand through an episode, its learning rates exp(θ) by window.
struct Descent {
  std::vector<float> losses;       // before each update
  std::vector<BatchScore> scores;  // after it, on a fresh batch of `split`
  std::vector<float> parameters;   // at the end
  RunSeed seed;
};
inline Descent Descend(const v1::JobConfig& config, const Task& task, const Episode& episode,
                       uint32_t particle, int sign, Split split) {
  Descent descent;
  descent.seed = {config.seed(), particle, static_cast<uint32_t>(episode.first)};
  std::vector<float>& p = descent.parameters;
  p.resize(task.parameter_count());
  std::vector<float> gradient(p.size());
  task.SampleInitial(descent.seed, p);
  for (int64_t k = 0; k < episode.length; ++k) {
    const int64_t step = episode.first + k / episode.window;
    std::vector<float> theta(1);
    Perturb(ThetaAt(step), kSigma, sign, PerturbationStream(config, particle, step, episode.first),
            theta);
    descent.losses.push_back(task.LossAndGradient(descent.seed, k, p, gradient));
    for (size_t i = 0; i < p.size(); ++i) p[i] -= std::exp(theta[0]) * gradient[i];
    const FreshBatch batch{.split = split, .number = k};
    descent.scores.push_back(task.Score(descent.seed, batch, p));
  }
  return descent;
}

inline std::vector<double> TrainingLosses(const Task& task, const Descent& descent) {
  std::vector<double> values;
  for (const float loss : descent.losses) values.push_back(task.MetaLoss(loss));
  return values;
}
inline std::vector<double> HeldOutLosses(const Task& task, const Descent& descent) {
  std::vector<double> values;
  for (const BatchScore& score : descent.scores) values.push_back(task.MetaLoss(score.loss));
  return values;
}

inline constexpr v1::Engine kEngines[] = {v1::ENGINE_REFERENCE, v1::ENGINE_FUSED, v1::ENGINE_TORCH};
// Fifteen steps of float32 arithmetic in another order.
inline constexpr double kTolerance = 2e-4;

}  // namespace paceline
