// Estimators that must agree with each other, with the same noise and the same losses.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace paceline
