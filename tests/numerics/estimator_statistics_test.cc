// The estimators with real noise against analytic gradients.
//
// Inner dynamics x ← A·x + θ in three dimensions from x = 0, loss ½‖x − target‖² before each
// update: the loss is quadratic in θ, so antithetic estimates are unbiased at any σ and standard
// scores decide.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "common/estimator/gradient.h"
#include "common/noise/streams.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

constexpr int kLength = 20;
constexpr int kWindow = 5;
constexpr int kWindows = kLength / kWindow;
constexpr uint32_t kParticles = 64;
constexpr std::array<float, 3> kTheta = {0.3f, -0.2f, 0.5f};
constexpr Vector kTarget = {1, 2, -1};

// `memory` times a rotation.
struct System {
  double memory;

  Vector Turn(const Vector& x) const {
    const double c = std::cos(0.1), s = std::sin(0.1);
    return {memory * (c * x[0] - s * x[1]), memory * (s * x[0] + c * x[1]), memory * x[2]};
  }
  template <class Theta>
  void Step(Vector& x, const Theta& theta) const {
    x = Turn(x);
    for (int i = 0; i < 3; ++i) x[i] += theta[i];
  }
  static double Loss(const Vector& x) {
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += (x[i] - kTarget[i]) * (x[i] - kTarget[i]) / 2;
    return sum;
  }
};

// The gradient of the mean loss of an episode; with `truncated`, what truncated ES expects: the
// influence of θ from before the window is left out.
Vector ExactGradient(const System& system, bool truncated) {
  Vector x{}, gradient{};
  Matrix columns{};  // columns[j] = ∂x / ∂θ_j
  for (int k = 0; k < kLength; ++k) {
    if (truncated && k % kWindow == 0) columns = {};
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 3; ++i) gradient[j] += columns[j][i] * (x[i] - kTarget[i]) / kLength;
      Vector unit{};
      unit[j] = 1;
      system.Step(columns[j], unit);
    }
    system.Step(x, kTheta);
  }
  return gradient;
}

// A worker in small: the antithetic runs of all particles.
class Runs {
 public:
  Runs(const System& system, const v1::JobConfig& config)
      : system_(system),
        config_(config),
        episodes_(kParticles, ParticleEpisodes(1)),
        plus_(kParticles),
        minus_(kParticles) {}

  std::vector<ParticleScalars> RunWindow(const GradientEstimator& estimator) {
    std::vector<ParticleScalars> particles;
    for (uint32_t i = 0; i < kParticles; ++i) {
      const BlockWindow& window = estimator.window(i);
      episodes_[i].Begin(window);
      if (episodes_[i].JustBegan(0, window)) plus_[i] = minus_[i] = {};
      if (config_.estimator().has_truncated_es()) minus_[i] = plus_[i];
      const Stream stream = PerturbationStream(config_, i, window.step, episodes_[i].starts()[0]);
      const auto steps = static_cast<int>(window.inner_steps);
      particles.push_back({.sum_plus = Advance(plus_[i], stream, 1, steps),
                           .sum_minus = Advance(minus_[i], stream, -1, steps),
                           .trained_steps = static_cast<uint32_t>(steps)});
    }
    return particles;
  }

 private:
  double Advance(Vector& x, const Stream& stream, int sign, int steps) {
    std::array<float, 3> theta;
    Perturb(kTheta, static_cast<float>(Sigma(config_.estimator())), sign, stream, theta);
    double sum = 0;
    for (int k = 0; k < steps; ++k) {
      sum += System::Loss(x);
      system_.Step(x, theta);
    }
    return sum;
  }

  const System& system_;
  const v1::JobConfig& config_;
  std::vector<ParticleEpisodes> episodes_;
  std::vector<Vector> plus_, minus_;
};

struct Sample {
  Vector mean{};
  Vector deviation{};          // of the mean
  double window_variance = 0;  // trace of the covariance of a single step's gradient

  double Score(const Vector& expected) const {
    double largest = 0;
    for (int i = 0; i < 3; ++i) {
      largest = std::max(largest, std::abs(mean[i] - expected[i]) / deviation[i]);
    }
    return largest;
  }
};

// Independent runs of eight outer steps each, begun when the particles have spread over all
// positions of an episode (each particle is a block of its own).
Sample SampleOf(Kind kind, const System& system, int runs) {
  constexpr int kMeasured = 8;
  Vector sum{}, squares{}, step_squares{};
  for (int run = 0; run < runs; ++run) {
    v1::JobConfig config = EstimatorConfig(kind, kWindow, kLength, kParticles, 1);
    config.set_seed(static_cast<uint64_t>(1000 + run));
    GradientEstimator estimator(config, 3, 1);
    Runs worker(system, config);
    Vector average{};
    for (int step = 1 - kWindows; step < kMeasured; ++step) {
      const GradientEstimate estimate = estimator.Estimate(worker.RunWindow(estimator)).value();
      for (int i = 0; step >= 0 && i < 3; ++i) {
        average[i] += estimate.gradient[i] / kMeasured;
        step_squares[i] += estimate.gradient[i] * estimate.gradient[i] / kMeasured;
      }
    }
    for (int i = 0; i < 3; ++i) {
      sum[i] += average[i];
      squares[i] += average[i] * average[i];
    }
  }
  Sample sample;
  for (int i = 0; i < 3; ++i) {
    sample.mean[i] = sum[i] / runs;
    const double variance = squares[i] / runs - sample.mean[i] * sample.mean[i];
    sample.deviation[i] = std::sqrt(variance / (runs - 1));
    sample.window_variance += step_squares[i] / runs - sample.mean[i] * sample.mean[i];
  }
  return sample;
}

double Norm(const Vector& v) { return std::hypot(v[0], v[1], v[2]); }

constexpr System kSystem = {.memory = 0.9};

TEST(EstimatorStatistics, FullEsIsUnbiased) {
  EXPECT_LT(SampleOf(Kind::kFullEs, kSystem, 600).Score(ExactGradient(kSystem, false)), 4);
}

TEST(EstimatorStatistics, PesIsUnbiased) {
  EXPECT_LT(SampleOf(Kind::kPes, kSystem, 1500).Score(ExactGradient(kSystem, false)), 4);
}

TEST(EstimatorStatistics, NresIsUnbiased) {
  EXPECT_LT(SampleOf(Kind::kNres, kSystem, 1500).Score(ExactGradient(kSystem, false)), 4);
}

// Negative control: the same test sees that truncated ES is wrong, and by as much as theory says.
TEST(EstimatorStatistics, TruncatedEsIsWrongByItsKnownAmount) {
  const Vector exact = ExactGradient(kSystem, false), truncated = ExactGradient(kSystem, true);
  Vector difference;
  for (int i = 0; i < 3; ++i) difference[i] = truncated[i] - exact[i];
  EXPECT_NEAR(Norm(difference) / Norm(exact), 0.7007, 0.0001);
  const Sample sample = SampleOf(Kind::kTruncatedEs, kSystem, 1500);
  EXPECT_GT(sample.Score(exact), 20);
  EXPECT_LT(sample.Score(truncated), 4);
}

TEST(EstimatorStatistics, NresVariesLessThanPesWhereInfluenceDecays) {
  const System forgetful = {.memory = 0.5};
  const double nres = SampleOf(Kind::kNres, forgetful, 300).window_variance;
  const double pes = SampleOf(Kind::kPes, forgetful, 300).window_variance;
  EXPECT_LT(nres, 0.8 * pes);
}

}  // namespace
}  // namespace paceline
