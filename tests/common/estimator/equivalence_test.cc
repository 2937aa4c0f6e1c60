// Estimators that must agree with each other, with the same noise and the same losses.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "common/base/digest.h"
#include "common/estimator/gradient.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

constexpr size_t kParameters = 100;
constexpr uint32_t kLength = 20;
constexpr uint32_t kWindow = 5;

GradientEstimate EstimateOf(GradientEstimator& estimator, double plus, double minus,
                            uint32_t steps) {
  const ParticleScalars particle = {.sum_plus = plus, .sum_minus = minus, .trained_steps = steps};
  return estimator.Estimate({&particle, 1}).value();
}

// An estimator of one particle at outer step `step`, where an episode begins.
GradientEstimator At(const v1::JobConfig& config, int64_t step) {
  GradientEstimator estimator(config, kParameters, 1);
  while (estimator.step() < step) {
    EstimateOf(estimator, 0, 0, static_cast<uint32_t>(estimator.window(0).inner_steps));
  }
  return estimator;
}

int64_t SecondEpisode(const v1::JobConfig& config) {
  EpisodeCursor cursor(config, 0);
  do {
    cursor.Advance();
  } while (!cursor.window().begins_episode());
  return cursor.window().step;
}

TEST(Equivalence, PesAndNresWithAWindowOfAnEpisodeAreFullEs) {
  const v1::JobConfig full_config = EstimatorConfig(Kind::kFullEs, 0, kLength, 1, 1);
  for (const Kind kind : {Kind::kPes, Kind::kNres}) {
    const v1::JobConfig config = EstimatorConfig(kind, kLength, kLength, 1, 1);
    GradientEstimator full(full_config, kParameters, 1), windowed(config, kParameters, 1);
    for (int step = 0; step < 5; ++step) {
      const GradientEstimate expected = EstimateOf(full, 3 + step, 1, kLength);
      const GradientEstimate got = EstimateOf(windowed, 3 + step, 1, kLength);
      for (size_t i = 0; i < kParameters; ++i) {
        ASSERT_FLOAT_EQ(got.gradient[i], expected.gradient[i]);
      }
    }
  }
}

TEST(Equivalence, NresSummedOverAnEpisodeIsFullEs) {
  const v1::JobConfig config = EstimatorConfig(Kind::kNres, kWindow, kLength, 1, 1);
  const v1::JobConfig full_config = EstimatorConfig(Kind::kFullEs, 0, kLength, 1, 1);
  const int64_t start = SecondEpisode(config);
  GradientEstimator nres = At(config, start), full = At(full_config, start);
  std::vector<double> sum(kParameters);
  const double plus[] = {1, 4, 2, 8}, minus[] = {2, 1, 5, 3};
  double total_plus = 0, total_minus = 0;
  for (int window = 0; window < 4; ++window) {
    const GradientEstimate part = EstimateOf(nres, plus[window], minus[window], kWindow);
    // Per step of the window; the sum is per step of the episode.
    for (size_t i = 0; i < kParameters; ++i) {
      sum[i] += part.gradient[i] * double{kWindow} / kLength;
    }
    total_plus += plus[window];
    total_minus += minus[window];
  }
  const GradientEstimate expected = EstimateOf(full, total_plus, total_minus, kLength);
  for (size_t i = 0; i < kParameters; ++i) {
    EXPECT_NEAR(sum[i], expected.gradient[i], 1e-6 * (1 + std::abs(sum[i])));
  }
}

TEST(Equivalence, TruncatedEsIsPesInAnEpisodesFirstWindowAndNotAfter) {
  const v1::JobConfig pes_config = EstimatorConfig(Kind::kPes, kWindow, kLength, 1, 1);
  const v1::JobConfig es_config = EstimatorConfig(Kind::kTruncatedEs, kWindow, kLength, 1, 1);
  const int64_t start = SecondEpisode(pes_config);
  GradientEstimator pes = At(pes_config, start), es = At(es_config, start);
  const auto differ = [&] {
    const GradientEstimate a = EstimateOf(pes, 2, 1, kWindow), b = EstimateOf(es, 2, 1, kWindow);
    double difference = 0;
    for (size_t i = 0; i < kParameters; ++i) difference += std::abs(a.gradient[i] - b.gradient[i]);
    return difference;
  };
  EXPECT_LT(differ(), 1e-4);
  EXPECT_GT(differ(), 1);
}

// All windows of many episodes, with losses and divergences drawn by `seed`; the noise sums are
// kept unless `sum_bytes` is 0.
std::vector<GradientEstimate> Estimates(const v1::JobConfig& config, int steps,
                                        size_t sum_bytes = GradientEstimator::kSumBytes) {
  GradientEstimator estimator(config, kParameters, 1, sum_bytes);
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  std::vector<GradientEstimate> estimates;
  for (int step = 0; step < steps; ++step) {
    std::vector<ParticleScalars> particles(config.estimator().particles());
    for (size_t i = 0; i < particles.size(); ++i) {
      const auto block = static_cast<uint32_t>(i / config.estimator().block());
      particles[i] = {.sum_plus = normal(random),
                      .sum_minus = normal(random),
                      .trained_steps = static_cast<uint32_t>(estimator.window(block).inner_steps),
                      .diverged = random() % 16 == 0};
    }
    estimates.push_back(estimator.Estimate(particles).value());
  }
  return estimates;
}

v1::JobConfig GpesConfig(uint32_t period) {
  v1::JobConfig config = EstimatorConfig(Kind::kGpes, kWindow, kLength);
  config.mutable_estimator()->mutable_gpes()->set_period(period);
  SetLogUniform(config, kWindow, 100);
  return config;
}

v1::JobConfig WithKind(v1::JobConfig config, Kind kind) {
  SetKind(*config.mutable_estimator(), kind, kWindow, 0.1);
  return config;
}

TEST(Equivalence, GpesWithAPeriodOfOneWindowIsPesBitForBit) {
  const v1::JobConfig gpes = GpesConfig(kWindow);
  const auto expected = Estimates(WithKind(gpes, Kind::kPes), 60), got = Estimates(gpes, 60);
  for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i].gradient, expected[i].gradient) << i;
}

TEST(Equivalence, GpesWithAPeriodThatNoEpisodeReachesIsNres) {
  const v1::JobConfig gpes = GpesConfig(100);
  const auto expected = Estimates(WithKind(gpes, Kind::kNres), 60), got = Estimates(gpes, 60);
  for (size_t i = 0; i < got.size(); ++i) {
    for (size_t k = 0; k < kParameters; ++k) {
      ASSERT_NEAR(got[i].gradient[k], expected[i].gradient[k], 1e-5) << i;
    }
  }
}

TEST(Equivalence, GpesBetweenIsNeither) {
  const v1::JobConfig gpes = GpesConfig(2 * kWindow);
  const auto got = Estimates(gpes, 60);
  for (const Kind kind : {Kind::kPes, Kind::kNres}) {
    const auto other = Estimates(WithKind(gpes, kind), 60);
    double difference = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      difference += std::abs(got[i].gradient[0] - other[i].gradient[0]);
    }
    EXPECT_GT(difference, 1);
  }
}

TEST(Equivalence, GpesSumsThatAreNotKeptGiveTheSameBits) {
  for (const uint32_t period : {kWindow, 2 * kWindow, 3 * kWindow, 100u}) {
    const auto kept = Estimates(GpesConfig(period), 60),
               remade = Estimates(GpesConfig(period), 60, 0);
    for (size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(kept[i].gradient, remade[i].gradient) << i;
  }
}

TEST(Equivalence, AConstantAddedToBothLossesChangesNothing) {
  for (const Kind kind : kKinds) {
    const v1::JobConfig config = EstimatorConfig(kind, kWindow, kLength, 1, 1);
    GradientEstimator plain(config, kParameters, 1), shifted(config, kParameters, 1);
    for (int step = 0; step < 8; ++step) {
      const auto steps = static_cast<uint32_t>(plain.window(0).inner_steps);
      // Sums of small powers of two: the shift is exact.
      const GradientEstimate a = EstimateOf(plain, 2 + step, 0.5, steps);
      const GradientEstimate b = EstimateOf(shifted, 2 + step + 64, 0.5 + 64, steps);
      EXPECT_EQ(a.gradient, b.gradient);
    }
  }
}

// Without pairs, the gradient of S⁺ is twice what a pair with S⁻ = 0 has.
TEST(Equivalence, PlainEsIsTwiceAnAntitheticPairWhoseOtherLossIsNothing) {
  for (const Kind kind : kKinds) {
    v1::JobConfig config = EstimatorConfig(kind, kWindow, kLength, 1, 1);
    v1::JobConfig plain_config = config;
    plain_config.mutable_estimator()->set_antithetic(false);
    GradientEstimator pairs(config, kParameters, 1), plain(plain_config, kParameters, 1);
    for (int step = 0; step < 8; ++step) {
      const auto steps = static_cast<uint32_t>(pairs.window(0).inner_steps);
      const GradientEstimate a = EstimateOf(pairs, 1 + step, 0, steps);
      const GradientEstimate b = EstimateOf(plain, 1 + step, 0, steps);
      for (size_t k = 0; k < kParameters; ++k) {
        EXPECT_FLOAT_EQ(b.gradient[k], 2 * a.gradient[k]);
      }
      EXPECT_EQ(b.inner_steps, a.inner_steps / 2);
      EXPECT_DOUBLE_EQ(b.loss.value().mean, 2 * a.loss.value().mean);
    }
  }
}

}  // namespace
}  // namespace paceline
