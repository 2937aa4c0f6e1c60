#include "worker/estimators/figures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace paceline {
namespace {

// Replicas of `samples` normal samples each about `mean`; the covariance's trace is P·deviation².
Replicas Normals(const std::vector<double>& mean, double deviation, int replicas, int samples,
                 unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, deviation);
  Replicas result(mean.size());
  for (int r = 0; r < replicas; ++r) {
    for (int s = 0; s < samples; ++s) {
      std::vector<double> sample = mean;
      for (double& value : sample) value += normal(random);
      result.Add(r, sample);
    }
  }
  return result;
}

// Four standard errors of the figure's own, which are a little uncertain too.
void ExpectNear(const Estimated& figure, double expected, const char* name) {
  EXPECT_GT(figure.error, 0) << name;
  EXPECT_NEAR(figure.value, expected, 4.5 * figure.error) << name;
}

TEST(Figures, AreThoseOfKnownNormalSamples) {
  const std::vector<double> mean = {3, 0, 4}, truth = {3, 1, 4};
  const Figures figures = Compare(Normals(mean, 2, 300, 5, 1), Normals(truth, 0.5, 100, 5, 2));
  ExpectNear(figures.variance, 12, "variance");
  ExpectNear(figures.signal, 5, "signal");
  ExpectNear(figures.bias, 1, "bias");
  ExpectNear(figures.truth, std::sqrt(26), "truth");
  ExpectNear(figures.cosine, 25 / (5 * std::sqrt(26)), "cosine");
  ExpectNear(figures.signal_to_noise, 5 / std::sqrt(12.0), "signal to noise");
  EXPECT_LT(figures.variance.error, 0.5);
  EXPECT_LT(figures.bias.error, 0.2);
}

// Noise of many dimensions is much longer than the gradient, yet is no bias.
TEST(Figures, TakeNoiseForNoSignal) {
  const std::vector<double> mean(1000, 0.01);
  const Figures figures = Compare(Normals(mean, 1, 60, 2, 3), Normals(mean, 1, 200, 2, 4));
  ExpectNear(figures.variance, 1000, "variance");
  EXPECT_LT(figures.bias.value, 3);  // the mean of 120 samples is off by √(1000/120) = 2.9
  EXPECT_LT(figures.signal.value, 2);
}

// The errors stated are those seen over many repetitions.
TEST(Figures, HaveErrorsThatMatchTheirSpread) {
  const std::vector<double> mean = {1, 2}, truth = {1, 2.5};
  double sum = 0, square = 0, stated = 0;
  constexpr int kRepetitions = 200;
  for (int i = 0; i < kRepetitions; ++i) {
    const Figures figures =
        Compare(Normals(mean, 1, 30, 3, 2 * i), Normals(truth, 1, 30, 3, 2 * i + 1));
    sum += figures.variance.value, square += std::pow(figures.variance.value, 2);
    stated += figures.variance.error / kRepetitions;
  }
  const double spread = std::sqrt(square / kRepetitions - std::pow(sum / kRepetitions, 2));
  EXPECT_NEAR(sum / kRepetitions, 2, 4 * spread / std::sqrt(kRepetitions));
  EXPECT_NEAR(stated / spread, 1, 0.2);
}

TEST(Figures, LeaveOutSamplesThatAreNotFinite) {
  Replicas replicas = Normals({1, 1}, 0.1, 10, 2, 5);
  replicas.Add(3, std::vector<double>{NAN, 0});
  replicas.Add(10, std::vector<double>{0, INFINITY});
  EXPECT_EQ(replicas.lost(), 2u);
  replicas.DropEmpty();
  EXPECT_EQ(replicas.count(), 10u);
  EXPECT_NEAR(Compare(replicas, replicas).signal.value, std::sqrt(2), 0.1);
}

}  // namespace
}  // namespace paceline
