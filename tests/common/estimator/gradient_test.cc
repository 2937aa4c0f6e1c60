#include "common/estimator/gradient.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using testing::Each;
using testing::HasSubstr;

constexpr size_t kParameters = 1000;

// Random scalars for one outer step, a few particles of them diverged.
std::vector<ParticleScalars> RandomScalars(const GradientEstimator& estimator,
                                           const v1::JobConfig& config, std::mt19937& random) {
  std::normal_distribution<double> normal;
  std::vector<ParticleScalars> particles(config.estimator().particles());
  for (size_t i = 0; i < particles.size(); ++i) {
    const auto block = static_cast<uint32_t>(i / config.estimator().block());
    particles[i] = {.sum_plus = normal(random),
                    .sum_minus = normal(random),
                    .trained_steps = static_cast<uint32_t>(estimator.window(block).inner_steps),
                    .diverged = random() % 10 == 0};
  }
  return particles;
}

GradientEstimate EstimateOnce(const v1::JobConfig& config, std::vector<ParticleScalars> particles) {
  GradientEstimator estimator(config, kParameters, 1);
  for (ParticleScalars& particle : particles) {
    particle.trained_steps = static_cast<uint32_t>(estimator.window(0).inner_steps);
  }
  return estimator.Estimate(particles).value();
}

TEST(GradientEstimator, OneParticleGivesItsDifferenceTimesItsNoise) {
  const v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 20, 1, 1);
  const GradientEstimate estimate = EstimateOnce(config, {{.sum_plus = 3, .sum_minus = 1}});
  std::vector<float> noise(kParameters);
  FillNormals(PerturbationStream(config, 0, 0, 0), 0, noise);
  const double sigma = 0.1f;
  for (size_t i = 0; i < kParameters; ++i) {
    EXPECT_FLOAT_EQ(estimate.gradient[i], static_cast<float>(2 * noise[i] / (2 * sigma) / 20));
  }
}

TEST(GradientEstimator, ReportsTheMeanLossPerStepAndItsSpread) {
  const v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 10, 2, 1);
  const GradientEstimate estimate = EstimateOnce(
      config,
      {{.sum_plus = 30, .sum_minus = 10}, {.sum_plus = 40, .sum_minus = 40, .diverged = true}});
  EXPECT_DOUBLE_EQ(estimate.loss.value().mean, 3);
  EXPECT_DOUBLE_EQ(estimate.loss.value().spread, std::sqrt(2.0));  // of 2 and 4
  EXPECT_EQ(estimate.inner_steps, 40u);
  EXPECT_EQ(estimate.diverged, 1u);
}

TEST(GradientEstimator, ReportsTheLossOfEachTaskAlone) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 5, 20, /*particles=*/16, /*block=*/2);
  config.add_tasks()->set_weight(1);
  config.add_tasks()->set_weight(1e-6);  // nobody draws it
  GradientEstimator estimator(config, 3, 1);
  std::vector<ParticleScalars> particles(16);
  int counts[2] = {};
  for (uint32_t block = 0; block < 8; ++block) {
    const int task = estimator.window(block).task;
    ASSERT_LT(task, 2);
    counts[task] += 2;
    for (uint32_t i = 2 * block; i < 2 * block + 2; ++i) {
      particles[i] = {
          .sum_plus = 5.0 * (task + 1), .sum_minus = 5.0 * (task + 1), .trained_steps = 5};
    }
  }
  ASSERT_GT(counts[0] * counts[1], 0) << "draw other tasks";
  const GradientEstimate estimate = estimator.Estimate(particles).value();
  ASSERT_EQ(estimate.task_losses.size(), 3u);
  EXPECT_DOUBLE_EQ(estimate.task_losses[0]->mean, 1);
  EXPECT_DOUBLE_EQ(estimate.task_losses[1]->mean, 2);
  EXPECT_FALSE(estimate.task_losses[2].has_value());
  EXPECT_DOUBLE_EQ(estimate.loss->mean, (counts[0] + 2.0 * counts[1]) / 16);
}

// The losses know nothing of the noise, so the gradient is nothing but noise.
TEST(GradientEstimator, ItsVarianceIsWhatManyEstimatesShow) {
  for (const Kind kind : {Kind::kFullEs, Kind::kPes, Kind::kNres}) {
    for (const size_t parameters : {size_t{20}, size_t{2 * GradientEstimator::kExactSquares}}) {
      std::mt19937 random(7);
      double squares = 0, variances = 0;
      constexpr int kSeeds = 300;
      for (int seed = 0; seed < kSeeds; ++seed) {
        v1::JobConfig config = EstimatorConfig(kind, 5, 20, /*particles=*/16, /*block=*/2);
        config.set_seed(static_cast<uint64_t>(seed));
        GradientEstimator estimator(config, parameters, 1);
        GradientEstimate estimate;
        for (int step = 0; step < 3; ++step) {
          estimate = *estimator.Estimate(RandomScalars(estimator, config, random));
        }
        for (const float g : estimate.gradient) squares += static_cast<double>(g) * g;
        variances += estimate.variance.value();
      }
      EXPECT_NEAR(variances / squares, 1, 0.1) << parameters << " " << static_cast<int>(kind);
    }
  }
}

TEST(GradientEstimator, OfOneParticleThereIsNoVarianceAndOfEqualTermsItIsSmall) {
  const v1::JobConfig one = EstimatorConfig(Kind::kFullEs, 0, 20, 1, 1);
  EXPECT_FALSE(EstimateOnce(one, {{.sum_plus = 3, .sum_minus = 1}}).variance.has_value());
  const v1::JobConfig two = EstimatorConfig(Kind::kFullEs, 0, 20, 2, 1);
  EXPECT_EQ(EstimateOnce(two, {{.sum_plus = 2, .sum_minus = 2}, {.sum_plus = 1, .sum_minus = 1}})
                .variance.value(),
            0);
}

TEST(GradientEstimator, WindowsWeighByTheirSteps) {
  v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 0, 2, 1);
  SetLogUniform(config, 10, 1000);
  GradientEstimator estimator(config, kParameters, 1);
  const auto n0 = static_cast<uint32_t>(estimator.window(0).inner_steps);
  const auto n1 = static_cast<uint32_t>(estimator.window(1).inner_steps);
  ASSERT_NE(n0, n1);
  const auto estimate = estimator.Estimate(std::vector<ParticleScalars>{
      {.sum_plus = 1, .trained_steps = n0}, {.sum_plus = 1, .trained_steps = n1}});
  ASSERT_TRUE(estimate.ok());
  std::vector<float> first(kParameters), second(kParameters);
  FillNormals(PerturbationStream(config, 0, 0, 0), 0, first);
  FillNormals(PerturbationStream(config, 1, 0, 0), 0, second);
  for (size_t i = 0; i < kParameters; ++i) {
    EXPECT_NEAR(estimate->gradient[i], (first[i] + second[i]) / (2 * 0.1 * (n0 + n1)), 1e-6);
  }
}

TEST(GradientEstimator, SwappingTheSignsNegatesTheGradient) {
  for (const Kind kind : kKinds) {
    const v1::JobConfig config = EstimatorConfig(kind, 5, 20);
    std::mt19937 random(1);
    GradientEstimator as_is(config, kParameters, 1), swapped(config, kParameters, 1);
    for (int step = 0; step < 12; ++step) {
      std::vector<ParticleScalars> particles = RandomScalars(as_is, config, random);
      const GradientEstimate gradient = as_is.Estimate(particles).value();
      for (ParticleScalars& p : particles) std::swap(p.sum_plus, p.sum_minus);
      const GradientEstimate negated = swapped.Estimate(particles).value();
      for (size_t i = 0; i < kParameters; ++i) {
        ASSERT_EQ(gradient.gradient[i], -negated.gradient[i]);
      }
    }
  }
}

TEST(GradientEstimator, EqualLossesGiveNoGradient) {
  for (const Kind kind : kKinds) {
    const v1::JobConfig config = EstimatorConfig(kind, 5, 20);
    GradientEstimator estimator(config, kParameters, 1);
    for (int step = 0; step < 6; ++step) {
      std::mt19937 random(1);
      std::vector<ParticleScalars> particles = RandomScalars(estimator, config, random);
      for (ParticleScalars& p : particles) p.sum_minus = p.sum_plus;
      EXPECT_THAT(estimator.Estimate(particles)->gradient, Each(0.0f));
    }
  }
}

TEST(GradientEstimator, DoesNotDependOnTheNumberOfThreads) {
  // Large enough that threads are used.
  constexpr size_t kMany = 150'001;
  for (const Kind kind : {Kind::kNres, Kind::kPes, Kind::kGpes}) {
    const v1::JobConfig config = EstimatorConfig(kind, 5, 20, 16, 4);
    std::vector<std::string> digests;
    for (const int threads : {1, 2, 3, 7}) {
      std::mt19937 random(2);
      GradientEstimator estimator(config, kMany, threads);
      std::string all;
      for (int step = 0; step < 3; ++step) {
        all += ThetaDigest(estimator.Estimate(RandomScalars(estimator, config, random))->gradient);
      }
      digests.push_back(all);
    }
    EXPECT_THAT(digests, Each(digests[0]));
  }
}

TEST(GradientEstimator, ADivergedParticleBeginsANewEpisodeAtTheNextBorder) {
  const v1::JobConfig config = EstimatorConfig(Kind::kPes, 5, 500, 1, 1);
  GradientEstimator estimator(config, kParameters, 1);
  // The block's own episode goes on over these steps.
  ASSERT_GE(estimator.window(0).length_steps, 20);
  const ParticleScalars well = {.sum_plus = 1, .trained_steps = 5};
  const ParticleScalars diverged = {.sum_plus = 1, .trained_steps = 5, .diverged = true};
  ASSERT_TRUE(estimator.Estimate({&well, 1}).ok());
  ASSERT_TRUE(estimator.Estimate({&diverged, 1}).ok());
  EXPECT_EQ(estimator.Save().particle_starts[0], 0);
  const GradientEstimate after = estimator.Estimate({&well, 1}).value();
  EXPECT_EQ(estimator.Save().particle_starts[0], 2);
  EXPECT_FALSE(estimator.Save().pending_restarts[0]);
  // Only the new episode's noise is credited.
  std::vector<float> expected(kParameters);
  AddScaledNormals(static_cast<float>(1 / (2 * double{0.1f} * 5)),
                   PerturbationStream(config, 0, 2, 2), 0, expected);
  for (size_t i = 0; i < kParameters; ++i) EXPECT_FLOAT_EQ(after.gradient[i], expected[i]);
}

TEST(GradientEstimator, PesSumsThatAreNotKeptGiveTheSameBits) {
  const v1::JobConfig config = EstimatorConfig(Kind::kPes, 5, 20, 16, 4);
  constexpr size_t kMany = 5'001;  // more than a tile
  std::mt19937 random(3);
  GradientEstimator kept(config, kMany, 1);
  GradientEstimator remade(config, kMany, 2, sizeof(float) * 16 * kMany - 1);
  for (int step = 0; step < 9; ++step) {
    const std::vector<ParticleScalars> particles = RandomScalars(kept, config, random);
    EXPECT_EQ(kept.Estimate(particles)->gradient, remade.Estimate(particles)->gradient) << step;
  }
  GradientEstimator restored(config, kMany, 1, 0);
  ASSERT_TRUE(restored.Restore(kept.Save()).ok());
  const std::vector<ParticleScalars> particles = RandomScalars(kept, config, random);
  EXPECT_EQ(kept.Estimate(particles)->gradient, restored.Estimate(particles)->gradient);
}

class Refusals : public testing::Test {
 protected:
  v1::JobConfig config_ = EstimatorConfig(Kind::kPes, 5, 20);
  GradientEstimator estimator_{config_, kParameters, 1};
  std::vector<ParticleScalars> particles_ =
      std::vector<ParticleScalars>(8, {.sum_plus = 1, .sum_minus = 2, .trained_steps = 5});

  // The call is refused, says why, and leaves the estimator as it was.
  void ExpectRefused(const std::string& why) {
    const auto estimate = estimator_.Estimate(particles_);
    ASSERT_EQ(estimate.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(estimate.status().message()), HasSubstr(why));
    EXPECT_EQ(estimator_.Save(), GradientEstimator(config_, kParameters, 1).Save());
  }
};

TEST_F(Refusals, NotANumberNamesTheParticle) {
  particles_[3].sum_minus = std::numeric_limits<double>::quiet_NaN();
  ExpectRefused("particle 3");
}
TEST_F(Refusals, InfinityNamesTheParticle) {
  particles_[7].sum_plus = std::numeric_limits<double>::infinity();
  ExpectRefused("particle 7");
}
TEST_F(Refusals, SumsWhoseGradientWouldOverflow) {
  particles_[0].sum_plus = 1e300;
  ExpectRefused("particle 0");
}
TEST_F(Refusals, AStepCountThatIsNotTheWindows) {
  particles_[2].trained_steps = 4;
  ExpectRefused("particle 2 trained 4 steps, but its window has 5");
}
TEST_F(Refusals, TooFewParticles) {
  particles_.pop_back();
  ExpectRefused("7 particles, not 8");
}

}  // namespace
}  // namespace paceline
