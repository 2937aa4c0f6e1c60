#include "common/estimator/coefficients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/estimator/gradient.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

v1::Estimator Options(double clip, double sign) {
  v1::Estimator estimator;
  estimator.mutable_nres()->set_sigma(0.5);
  estimator.set_clip(clip);
  estimator.set_sign(sign);
  return estimator;
}

// Of particles with these differences of sums over four steps.
std::vector<double> Differences(const v1::Estimator& estimator, const std::vector<double>& sums) {
  std::vector<double> differences;
  for (const double sum : sums) {
    differences.push_back(
        LossDifference(estimator, {.sum_plus = 3 + sum, .sum_minus = 3, .trained_steps = 4}));
  }
  return differences;
}

TEST(LossDifference, IsTheDifferenceOfTheSums) {
  EXPECT_THAT(Differences(Options(0, 0), {-9, 0, 0.5}), ElementsAre(-9, 0, 0.5));
}
TEST(LossDifference, IsClippedByItsMeanPerStep) {
  EXPECT_THAT(Differences(Options(0.25, 0), {-9, 0, 0.5, 1, 7}), ElementsAre(-1, 0, 0.5, 1, 1));
}
TEST(LossDifference, BecomesItsSignTimesTheStepsAndNothingStaysNothing) {
  EXPECT_THAT(Differences(Options(0, 0.5), {-9, 0, 0.5}), ElementsAre(-2, 0, 2));
}
TEST(LossDifference, IsClippedBeforeItsSignIsTaken) {
  EXPECT_THAT(Differences(Options(0.1, 3), {-9, 0, 0.5}), ElementsAre(-12, 0, 12));
}

v1::Estimator RankOptions(double rank, double clip = 0) {
  v1::Estimator estimator = Options(clip, 0);
  estimator.set_rank(rank);
  return estimator;
}

// Of particles with these differences of sums over two steps.
std::vector<ParticleScalars> Pairs(const std::vector<double>& sums) {
  std::vector<ParticleScalars> particles;
  for (const double sum : sums) {
    particles.push_back({.sum_plus = 7 + sum, .sum_minus = 7, .trained_steps = 2});
  }
  return particles;
}

TEST(LossDifferences, WithoutRankAreThoseOfEachParticle) {
  const std::vector<int> one_task(4, 0);
  EXPECT_THAT(LossDifferences(Options(0, 0), Pairs({-9, 0, 0.5, 4}), one_task),
              ElementsAre(-9, 0, 0.5, 4));
}
TEST(LossDifferences, KeepTheirSignsAndBecomeTheirRanksInSize) {
  const std::vector<int> one_task(4, 0);
  // Means of ranks 4, 1, 2, 3 of 4, times 8; sums of two steps.
  EXPECT_THAT(LossDifferences(RankOptions(8), Pairs({-9, 0.25, 0.5, -4}), one_task),
              ElementsAre(-16, 4, 8, -12));
}
TEST(LossDifferences, OfTheSameSizeShareTheMeanOfTheirRanks) {
  const std::vector<int> one_task(4, 0);
  EXPECT_THAT(LossDifferences(RankOptions(8), Pairs({-9, 9, 9, 1}), one_task),
              ElementsAre(-12, 12, 12, 4));
}
TEST(LossDifferences, OfNothingStayNothing) {
  const std::vector<int> one_task(3, 0);
  EXPECT_THAT(LossDifferences(RankOptions(3), Pairs({0, 0, 1}), one_task), ElementsAre(0, 0, 6));
}
TEST(LossDifferences, AreRankedAmongThoseOfTheSameTask) {
  // Whatever the scale of a task's loss is.
  const std::vector<int> tasks = {0, 1, 0, 1, 2};
  EXPECT_THAT(LossDifferences(RankOptions(2), Pairs({1, -1000, 2, 2000, 1e-6}), tasks),
              ElementsAre(2, -2, 4, 4, 4));
}
TEST(LossDifferences, AreClippedBeforeTheyAreRanked) {
  const std::vector<int> one_task(3, 0);
  EXPECT_THAT(LossDifferences(RankOptions(6, /*clip=*/1), Pairs({1, -8, 4}), one_task),
              ElementsAre(4, -10, 10));
}

TEST(Coefficients, AreByTwoSigmaOrWithoutPairsByOne) {
  v1::Estimator estimator = Options(0, 0);
  const std::vector<ParticleScalars> particles = {
      {.sum_plus = 3, .sum_minus = 1, .trained_steps = 4}, {.sum_plus = 1, .trained_steps = 4}};
  const std::vector<double> weights = {1, 1};
  const std::vector<int> groups = {0, 0};
  EXPECT_THAT(Coefficients(estimator, particles, groups, weights, 8),
              ElementsAre(FloatEq(2.0f / 8), FloatEq(1.0f / 8)));
  estimator.set_antithetic(false);
  EXPECT_THAT(Coefficients(estimator, particles, groups, weights, 8),
              ElementsAre(FloatEq(2.0f / 4), FloatEq(1.0f / 4)));
}

// Two episodes, of 30 and of 10 steps, under full ES: each loss sum is a mean loss times the
// length.
TEST(Weighting, OfEpisodesGivesALongOneNoMoreThanAShortOne) {
  v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 0, 2, 1);
  SetLogUniform(config, 10, 200);
  uint64_t seed = 0;
  const auto lengths = [&] {
    config.set_seed(++seed);
    const GradientEstimator probe(config, 4, 1);
    return std::pair(probe.window(0).inner_steps, probe.window(1).inner_steps);
  };
  auto [first, second] = lengths();
  while (first == second) std::tie(first, second) = lengths();
  const auto n0 = static_cast<uint32_t>(first), n1 = static_cast<uint32_t>(second);
  // Mean losses 4 and 2 against 1 and 1.
  const std::vector<ParticleScalars> particles = {
      {.sum_plus = 4.0 * n0, .sum_minus = 1.0 * n0, .trained_steps = n0},
      {.sum_plus = 2.0 * n1, .sum_minus = 1.0 * n1, .trained_steps = n1}};
  const auto expect = [&](double weight0, double weight1, double mean_loss) {
    GradientEstimator estimator(config, 4, 1);
    const GradientEstimate estimate = estimator.Estimate(particles).value();
    EXPECT_NEAR(estimate.loss.value().mean, mean_loss, 1e-12);
    std::vector<float> a(4), b(4);
    FillNormals(PerturbationStream(config, 0, 0, 0), 0, a);
    FillNormals(PerturbationStream(config, 1, 0, 0), 0, b);
    for (int i = 0; i < 4; ++i) {
      EXPECT_NEAR(estimate.gradient[i], (weight0 * 3 * a[i] + weight1 * 1 * b[i]) / 0.2, 1e-4);
    }
  };
  const double share = static_cast<double>(n0) / (n0 + n1);
  expect(share, 1 - share, share * 2.5 + (1 - share) * 1.5);
  config.mutable_estimator()->set_weighting(v1::WEIGHTING_EPISODE);
  expect(0.5, 0.5, 2);
}

// A particle that began anew has an episode as long as what was left of its block's.
TEST(Weighting, OfARestartedParticleIsByItsOwnEpisode) {
  v1::JobConfig config = EstimatorConfig(Kind::kNres, 5, 40, 2, 2);
  config.mutable_estimator()->set_weighting(v1::WEIGHTING_EPISODE);
  GradientEstimator estimator(config, 4, 1);
  std::vector<ParticleScalars> particles(2, {.sum_plus = 5, .sum_minus = 5, .trained_steps = 5});
  while (!estimator.window(0).begins_episode() || estimator.step() == 0) {
    ASSERT_TRUE(estimator.Estimate(particles).ok());
  }
  particles[1].diverged = true;
  ASSERT_TRUE(estimator.Estimate(particles).ok());
  // The first particle is in an episode of 40 steps, the second in one of 35.
  particles = {{.sum_plus = 5, .sum_minus = 5, .trained_steps = 5},
               {.sum_plus = 10, .sum_minus = 10, .trained_steps = 5}};
  const double mean = (1.0 / 40 + 2.0 / 35) / (1.0 / 40 + 1.0 / 35);
  EXPECT_NEAR(estimator.Estimate(particles)->loss.value().mean, mean, 1e-12);
}

}  // namespace
}  // namespace paceline
