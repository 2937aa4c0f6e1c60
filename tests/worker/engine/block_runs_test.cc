// One, two or three runs a particle, a sigma for each leaf, re-made blocks and diverged particles,
// under objectives of every kind.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "tests/worker/engine/descent.h"

namespace paceline {
namespace {

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

TEST(BlockRunsTest, ABlockMadeAnewFromItsEpisodesFirstWindowHasTheSameScalars) {
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

TEST(BlockRunsTest, PlainEsRunsThePlusRunsAlone) {
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
TEST(BlockRunsTest, TruncatedEsCanCarryTheUnperturbedStateOn) {
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

TEST(BlockRunsTest, ALeafsSigmaPerturbsThatLeaf) {
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

TEST(BlockRunsTest, ADivergedParticleYieldsTheObjectivesLargestValue) {
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

}  // namespace
}  // namespace paceline
