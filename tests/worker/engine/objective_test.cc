// What a block makes of its runs' losses under every objective, against plain gradient descent by
// hand on the task's own loops.
#include "worker/engine/objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <vector>

#include "common/noise/streams.h"
#include "tests/worker/engine/problems.h"
#include "worker/engine/block.h"

namespace paceline {
namespace {

using testing::HasSubstr;

constexpr uint32_t kWindow = 5;
constexpr uint32_t kParticles = 4;
constexpr float kSigma = 0.1f;

v1::JobConfig Config(const v1::Task& task, v1::Engine engine) {
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

v1::Task ImageTask() { return SmallMlpTask({12}); }
v1::Task QuadraticTask() {
  v1::Task task;
  task.mutable_quadratic()->set_dimension(7);
  task.mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_TARGET);
  return task;
}

std::shared_ptr<JobContext> Job(const v1::JobConfig& config) {
  static DataStore data;
  auto job = JobContext::Create(config, data);
  EXPECT_TRUE(job.ok()) << job.status();
  return *job;
}

std::vector<float> ThetaAt(int64_t step) { return {-2.5f + 0.02f * static_cast<float>(step)}; }

using Scalars = std::vector<ParticleScalars>;

// Windows first..last of a block made anew.
std::vector<Scalars> Windows(const v1::JobConfig& config, int64_t first, int64_t last) {
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
};
Episode SecondEpisode(const v1::JobConfig& config) {
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
Descent Descend(const v1::JobConfig& config, const Task& task, const Episode& episode,
                uint32_t particle, int sign, Split split) {
  Descent descent;
  descent.seed = {config.seed(), particle, static_cast<uint32_t>(episode.first)};
  std::vector<float>& p = descent.parameters;
  p.resize(task.parameter_count());
  std::vector<float> gradient(p.size());
  task.SampleInitial(descent.seed, p);
  for (int64_t k = 0; k < episode.length; ++k) {
    const int64_t step = episode.first + k / kWindow;
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

// The value of each window of an episode, from its descent.
using Expected = std::function<std::vector<double>(const Task&, const Descent&)>;

// Sums of `values` over each window.
std::vector<double> BySum(const std::vector<double>& values) {
  std::vector<double> sums(values.size() / kWindow);
  for (size_t k = 0; k < values.size(); ++k) sums[k / kWindow] += values[k];
  return sums;
}
// T times the last one, in the last window.
std::vector<double> ByLast(const std::vector<double>& values) {
  std::vector<double> windows(values.size() / kWindow);
  windows.back() = static_cast<double>(values.size()) * values.back();
  return windows;
}

std::vector<double> TrainingLosses(const Task& task, const Descent& descent) {
  std::vector<double> values;
  for (const float loss : descent.losses) values.push_back(task.MetaLoss(loss));
  return values;
}
std::vector<double> HeldOutLosses(const Task& task, const Descent& descent) {
  std::vector<double> values;
  for (const BatchScore& score : descent.scores) values.push_back(task.MetaLoss(score.loss));
  return values;
}

void ExpectValues(const v1::JobConfig& config, Split split, double tolerance,
                  const Expected& expected) {
  const auto job = Job(config);
  const Episode episode = SecondEpisode(config);
  const std::vector<Scalars> windows = Windows(config, episode.first, episode.last);
  for (uint32_t particle = 0; particle < kParticles; ++particle) {
    for (const int sign : {+1, -1}) {
      const std::vector<double> values =
          expected(job->task(0), Descend(config, job->task(0), episode, particle, sign, split));
      ASSERT_EQ(values.size(), windows.size());
      for (size_t w = 0; w < windows.size(); ++w) {
        const ParticleScalars& got = windows[w][particle];
        EXPECT_FALSE(got.diverged);
        EXPECT_EQ(got.trained_steps, kWindow);
        EXPECT_NEAR(sign > 0 ? got.sum_plus : got.sum_minus, values[w],
                    tolerance * (1 + std::abs(values[w])))
            << "window " << w << ", particle " << particle;
      }
    }
  }
}

constexpr v1::Engine kEngines[] = {v1::ENGINE_REFERENCE, v1::ENGINE_FUSED, v1::ENGINE_TORCH};
// Fifteen steps of float32 arithmetic in another order.
constexpr double kTolerance = 2e-4;

TEST(ObjectiveTest, TrainingLossIsWhatItIsWithoutAnObjective) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(ImageTask(), engine);
    const auto without = Windows(config, 0, 4);
    config.mutable_objective()->mutable_training_loss();
    EXPECT_EQ(Windows(config, 0, 4), without);
    ExpectValues(config, Split::kTrain, kTolerance, [](const Task& task, const Descent& descent) {
      return BySum(TrainingLosses(task, descent));
    });
  }
}

TEST(ObjectiveTest, HeldOutLossIsAfterEachUpdateOnAFreshBatch) {
  for (const v1::Task& task : {ImageTask(), QuadraticTask()}) {
    for (const v1::Engine engine : kEngines) {
      v1::JobConfig config = Config(task, engine);
      config.mutable_objective()->mutable_held_out_loss()->set_split(v1::DATA_SPLIT_INNER_VALID);
      ExpectValues(
          config, Split::kInnerValid, kTolerance,
          [](const Task& t, const Descent& descent) { return BySum(HeldOutLosses(t, descent)); });
    }
  }
}

TEST(ObjectiveTest, AccuracyCountsWhatIsWrong) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(ImageTask(), engine);
    config.mutable_objective()->mutable_accuracy()->set_split(v1::DATA_SPLIT_OUTER_VALID);
    // One example of a batch of 32, of a window's five, may be called otherwise.
    ExpectValues(config, Split::kOuterValid, 1.0 / 32, [](const Task&, const Descent& descent) {
      std::vector<double> values;
      for (const BatchScore& score : descent.scores) values.push_back(score.error);
      return BySum(values);
    });
  }
}

TEST(ObjectiveTest, FinalLossIsTheLastStepsForTheWholeEpisode) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(ImageTask(), engine);
    v1::FinalLoss& final_loss = *config.mutable_objective()->mutable_final_loss();
    final_loss.set_split(v1::DATA_SPLIT_TRAIN);
    ExpectValues(config, Split::kTrain, kTolerance, [](const Task& task, const Descent& descent) {
      return ByLast(TrainingLosses(task, descent));
    });
    final_loss.set_split(v1::DATA_SPLIT_OUTER_VALID);
    ExpectValues(config, Split::kOuterValid, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return ByLast(HeldOutLosses(task, descent));
                 });
  }
}

// Σ over an episode's windows / Σ of their steps is the final loss: with the global denominator of
// the estimator, its gradient is the final loss's.
TEST(ObjectiveTest, FinalLossHasTheNormaliserThatMakesAnEpisodesMeanOfIt) {
  v1::JobConfig config = Config(QuadraticTask(), v1::ENGINE_FUSED);
  config.mutable_objective()->mutable_final_loss()->set_split(v1::DATA_SPLIT_TRAIN);
  const Episode episode = SecondEpisode(config);
  const auto job = Job(config);
  const Descent descent = Descend(config, job->task(0), episode, 2, +1, Split::kTrain);
  double sum = 0, steps = 0;
  for (const Scalars& window : Windows(config, episode.first, episode.last)) {
    sum += window[2].sum_plus;
    steps += window[2].trained_steps;
  }
  EXPECT_NEAR(sum / steps, descent.losses.back(), kTolerance * descent.losses.back());
}

std::vector<double> UntilTarget(const Descent& descent, double target, double decay) {
  std::vector<double> values;
  double average = descent.losses.front();
  bool reached = false;
  for (size_t k = 0; k < descent.losses.size(); ++k) {
    if (k > 0) average = decay * average + (1 - decay) * descent.losses[k];
    reached = reached || average <= target;
    values.push_back(reached ? 0 : 1);
  }
  return values;
}

// The target lies where it is reached in different windows by different particles, or not at all.
TEST(ObjectiveTest, StepsToATargetAreCountedUntilItsMovingAverageIsReached) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(QuadraticTask(), engine);
    v1::StepsToTarget& steps = *config.mutable_objective()->mutable_steps_to_target();
    steps.set_target(3.5);
    steps.set_decay(0.6);
    ExpectValues(config, Split::kTrain, 0, [](const Task&, const Descent& descent) {
      return BySum(UntilTarget(descent, 3.5, 0.6));
    });
    std::set<double> seen;
    const Episode episode = SecondEpisode(config);
    for (const Scalars& window : Windows(config, episode.first, episode.last)) {
      for (const ParticleScalars& particle : window) seen.insert(particle.sum_plus);
    }
    EXPECT_THAT(seen, testing::Contains(0));
    EXPECT_THAT(seen, testing::Contains(kWindow));
    EXPECT_GT(seen.size(), 2u) << "some reach it within a window";
  }
}

// ---- what full ES makes of an episode -----------------------------------------------------------

void ExpectFullEs(const v1::JobConfig& config, Split split, double tolerance,
                  const std::function<double(const Task&, const Descent&)>& expected) {
  const auto job = Job(config);
  const int64_t step = 3;
  const Scalars scalars = Windows(config, step, step)[0];
  for (uint32_t particle = 0; particle < kParticles; ++particle) {
    const int64_t length = scalars[particle].trained_steps;
    Descent descent;
    {
      // One θ through the whole episode.
      descent.seed = {config.seed(), particle, static_cast<uint32_t>(step)};
      std::vector<float>& p = descent.parameters;
      p.resize(job->task(0).parameter_count());
      std::vector<float> gradient(p.size()), theta(1);
      job->task(0).SampleInitial(descent.seed, p);
      Perturb(ThetaAt(step), kSigma, +1, PerturbationStream(config, particle, step, step), theta);
      for (int64_t k = 0; k < length; ++k) {
        descent.losses.push_back(job->task(0).LossAndGradient(descent.seed, k, p, gradient));
        for (size_t i = 0; i < p.size(); ++i) p[i] -= std::exp(theta[0]) * gradient[i];
        const FreshBatch batch{.split = split, .number = k};
        descent.scores.push_back(job->task(0).Score(descent.seed, batch, p));
      }
    }
    const double value = expected(job->task(0), descent);
    EXPECT_NEAR(scalars[particle].sum_plus / static_cast<double>(length), value,
                tolerance * (1 + std::abs(value)));
  }
}

v1::JobConfig FullEsConfig(v1::Engine engine, v1::EpisodeLoss loss) {
  v1::JobConfig config = Config(ImageTask(), engine);
  v1::FullEs& full_es = *config.mutable_estimator()->mutable_full_es();
  full_es.set_sigma(kSigma);
  full_es.set_loss(loss);
  full_es.set_recompute_samples(6);
  full_es.set_recompute_split(v1::DATA_SPLIT_OUTER_VALID);
  return config;
}

double MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(ObjectiveTest, FullEsTakesAnEpisodesAverageMinimumOrLast) {
  for (const v1::Engine engine : kEngines) {
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_AVERAGE), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return MeanOf(TrainingLosses(task, descent));
                 });
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_MINIMUM), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return std::ranges::min(TrainingLosses(task, descent));
                 });
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_LAST), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return TrainingLosses(task, descent).back();
                 });
    v1::JobConfig held_out = FullEsConfig(engine, v1::EPISODE_LOSS_MINIMUM);
    held_out.mutable_objective()->mutable_held_out_loss()->set_split(v1::DATA_SPLIT_INNER_VALID);
    ExpectFullEs(held_out, Split::kInnerValid, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   return std::ranges::min(HeldOutLosses(task, descent));
                 });
  }
}

TEST(ObjectiveTest, FullEsRecomputesTheLossAtTheFinalWeights) {
  for (const v1::Engine engine : kEngines) {
    ExpectFullEs(FullEsConfig(engine, v1::EPISODE_LOSS_RECOMPUTED), Split::kTrain, kTolerance,
                 [](const Task& task, const Descent& descent) {
                   std::vector<double> losses;
                   for (int i = 0; i < 6; ++i) {
                     const FreshBatch batch{
                         .split = Split::kOuterValid, .purpose = Purpose::kFinalBatch, .number = i};
                     const BatchScore score = task.Score(descent.seed, batch, descent.parameters);
                     losses.push_back(task.MetaLoss(score.loss));
                   }
                   return MeanOf(losses);
                 });
  }
}

// ---- blocks
// --------------------------------------------------------------------------------------

// A GPES job with episodes of many lengths.
v1::JobConfig GpesConfig(v1::Engine engine, const v1::Objective& objective) {
  v1::JobConfig config = Config(ImageTask(), engine);
  config.mutable_optimizer()->mutable_learnable_sgd();
  config.mutable_episode()->mutable_log_uniform()->set_min(10);
  config.mutable_episode()->mutable_log_uniform()->set_max(40);
  v1::Gpes& gpes = *config.mutable_estimator()->mutable_gpes();
  gpes.set_window(kWindow);
  gpes.set_period(2 * kWindow);
  gpes.set_sigma(kSigma);
  *config.mutable_objective() = objective;
  return config;
}

TEST(ObjectiveTest, ABlockMadeAnewFromItsEpisodesFirstWindowHasTheSameScalars) {
  std::vector<v1::Objective> objectives(4);
  objectives[0].mutable_final_loss()->set_split(v1::DATA_SPLIT_OUTER_VALID);
  objectives[1].mutable_steps_to_target()->set_target(2.2);
  objectives[1].mutable_steps_to_target()->set_decay(0.8);
  objectives[2].mutable_held_out_loss()->set_split(v1::DATA_SPLIT_OUTER_VALID);
  objectives[3].mutable_accuracy()->set_split(v1::DATA_SPLIT_INNER_VALID);
  for (const v1::Engine engine : {v1::ENGINE_FUSED, v1::ENGINE_TORCH}) {
    for (const v1::Objective& objective : objectives) {
      const v1::JobConfig config = GpesConfig(engine, objective);
      const auto whole = Windows(config, 0, 15);
      Block cursor(Job(config), 0);
      for (int64_t step = 0; step < 16; ++step) {
        EXPECT_EQ(Windows(config, cursor.EpisodeStart(step), step).back(), whole[step])
            << objective.kind_case() << ", outer step " << step;
      }
    }
  }
}

TEST(ObjectiveTest, PlainEsRunsThePlusRunsAlone) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(QuadraticTask(), engine);
    const auto pairs = Windows(config, 0, 6);
    config.mutable_estimator()->set_antithetic(false);
    const auto plain = Windows(config, 0, 6);
    for (size_t w = 0; w < pairs.size(); ++w) {
      for (uint32_t i = 0; i < kParticles; ++i) {
        EXPECT_NEAR(plain[w][i].sum_plus, pairs[w][i].sum_plus, 1e-5 * pairs[w][i].sum_plus);
        EXPECT_EQ(plain[w][i].sum_minus, 0);
      }
    }
    EXPECT_EQ(Block(Job(config), 0).InnerSteps(0), int64_t{kWindow} * kParticles);
  }
}

// By hand on a quadratic: the unperturbed run goes on from window to window, and every window's
// signs start from it.
TEST(ObjectiveTest, TruncatedEsCanCarryTheUnperturbedStateOn) {
  v1::JobConfig config = Config(QuadraticTask(), v1::ENGINE_REFERENCE);
  v1::TruncatedEs& es = *config.mutable_estimator()->mutable_truncated_es();
  es.set_window(kWindow);
  es.set_sigma(kSigma);
  es.set_carry(v1::CARRY_UNPERTURBED);
  const auto job = Job(config);
  const Episode episode = SecondEpisode(config);
  const auto windows = Windows(config, episode.first, episode.last);
  EXPECT_EQ(Block(job, 0).InnerSteps(0), int64_t{3} * kWindow * kParticles);
  const auto advance = [&](std::vector<float>& p, const RunSeed& seed, float theta) {
    double sum = 0;
    std::vector<float> gradient(p.size());
    for (uint32_t k = 0; k < kWindow; ++k) {
      sum += job->task(0).MetaLoss(job->task(0).LossAndGradient(seed, k, p, gradient));
      for (size_t i = 0; i < p.size(); ++i) p[i] -= std::exp(theta) * gradient[i];
    }
    return sum;
  };
  for (uint32_t particle = 0; particle < kParticles; ++particle) {
    const RunSeed seed{config.seed(), particle, static_cast<uint32_t>(episode.first)};
    std::vector<float> carried(7);
    job->task(0).SampleInitial(seed, carried);
    for (int64_t step = episode.first; step <= episode.last; ++step) {
      const ParticleScalars& got = windows[step - episode.first][particle];
      for (const int sign : {+1, -1}) {
        std::vector<float> p = carried, theta(1);
        Perturb(ThetaAt(step), kSigma, sign, PerturbationStream(config, particle, step, step),
                theta);
        const double sum = advance(p, seed, theta[0]);
        EXPECT_NEAR(sign > 0 ? got.sum_plus : got.sum_minus, sum, kTolerance * sum);
      }
      advance(carried, seed, ThetaAt(step)[0]);
    }
  }
}

TEST(ObjectiveTest, ALeafsSigmaPerturbsThatLeaf) {
  for (const v1::Engine engine : kEngines) {
    v1::JobConfig config = Config(QuadraticTask(), engine);
    config.mutable_estimator()->mutable_nres()->set_sigma(0.3);
    const auto expected = Windows(config, 0, 6);
    config.mutable_estimator()->mutable_nres()->set_sigma(kSigma);
    EXPECT_NE(Windows(config, 0, 6), expected);
    v1::LeafSigma& leaf = *config.mutable_estimator()->add_leaf_sigma();
    leaf.set_leaf("log_lr");
    leaf.set_sigma(0.3);
    EXPECT_EQ(Windows(config, 0, 6), expected);
  }
}

TEST(ObjectiveTest, ADivergedParticleYieldsTheObjectivesLargestValue) {
  for (const auto& [set, largest] :
       std::vector<std::pair<std::function<void(v1::Objective&)>, double>>{
           {[](v1::Objective& o) { o.mutable_steps_to_target()->set_target(-1); }, 1.0},
           {[](v1::Objective& o) { o.mutable_held_out_loss()->set_split(v1::DATA_SPLIT_TRAIN); },
            1e6},
           {[](v1::Objective& o) { o.mutable_final_loss()->set_split(v1::DATA_SPLIT_TRAIN); },
            1e6}}) {
    v1::JobConfig config = Config(QuadraticTask(), v1::ENGINE_FUSED);
    config.mutable_estimator()->mutable_nres()->set_sigma(20);
    config.mutable_estimator()->mutable_nres()->set_window(50);
    config.mutable_episode()->mutable_constant()->set_steps(200);
    set(*config.mutable_objective());
    int diverged = 0;
    int64_t step = 0;
    EpisodeCursor cursor(config, 0);
    for (const Scalars& window : Windows(config, 0, 3)) {
      cursor.Seek(step++);
      const auto length = static_cast<double>(cursor.window().length_steps);
      for (const ParticleScalars& particle : window) {
        EXPECT_TRUE(std::isfinite(particle.sum_plus) && std::isfinite(particle.sum_minus));
        EXPECT_LE(std::max(particle.sum_plus, particle.sum_minus),
                  largest * std::max(50.0, length));
        if (!particle.diverged) continue;
        ++diverged;
        // Long before the window's end, so that most of its steps have the bound.
        EXPECT_GT(std::max(particle.sum_plus, particle.sum_minus), 20 * largest);
      }
    }
    EXPECT_GT(diverged, 0);
  }
}

// ---- refusals
// ------------------------------------------------------------------------------------

ObjectivePlan PlanOf(const std::function<void(v1::Objective&)>& set) {
  v1::JobConfig config = Config(ImageTask(), v1::ENGINE_FUSED);
  set(*config.mutable_objective());
  return PlanObjective(config);
}

TEST(ObjectiveTest, WhatIsMeasuredAfterEveryStepIsRefusedOnAGpu) {
  const auto job = Job(Config(ImageTask(), v1::ENGINE_FUSED));
  const ObjectivePlan held_out = PlanOf([](auto& o) { o.mutable_held_out_loss(); });
  const ObjectivePlan accuracy = PlanOf([](auto& o) { o.mutable_accuracy(); });
  for (const ObjectivePlan& plan : {held_out, accuracy}) {
    EXPECT_TRUE(CheckObjective(plan, job->task(0), false).ok());
    const absl::Status status = CheckObjective(plan, job->task(0), true);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()), HasSubstr("give --device cpu"));
  }
  for (const ObjectivePlan& plan :
       {PlanOf([](auto& o) { o.mutable_training_loss(); }),
        PlanOf([](auto& o) { o.mutable_steps_to_target(); }),
        PlanOf([](auto& o) { o.mutable_final_loss()->set_split(v1::DATA_SPLIT_OUTER_VALID); })}) {
    EXPECT_TRUE(CheckObjective(plan, job->task(0), true).ok()) << plan.name;
  }
}

TEST(ObjectiveTest, ATaskWithoutClassesHasNoAccuracy) {
  v1::JobConfig config = Config(QuadraticTask(), v1::ENGINE_FUSED);
  config.mutable_objective()->mutable_accuracy()->set_split(v1::DATA_SPLIT_OUTER_VALID);
  DataStore data;
  const auto job = JobContext::Create(config, data);
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace paceline
