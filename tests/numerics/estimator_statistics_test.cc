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
        minus_(kParticles),
        carried_(kParticles) {}

  std::vector<ParticleScalars> RunWindow(const GradientEstimator& estimator) {
    std::vector<ParticleScalars> particles;
    for (uint32_t i = 0; i < kParticles; ++i) {
      const BlockWindow& window = estimator.window(i);
      episodes_[i].Begin(window);
      if (episodes_[i].JustBegan(0, window)) plus_[i] = minus_[i] = {};
      if (CarriesUnperturbed(config_.estimator())) {
        if (episodes_[i].JustBegan(0, window)) carried_[i] = {};
        plus_[i] = minus_[i] = carried_[i];
      } else if (config_.estimator().has_truncated_es()) {
        minus_[i] = plus_[i];
      }
      const Stream stream = PerturbationStream(config_, i, window.step, episodes_[i].starts()[0]);
      const auto steps = static_cast<int>(window.inner_steps);
      particles.push_back({.sum_plus = Advance(plus_[i], stream, 1, steps),
                           .sum_minus = Advance(minus_[i], stream, -1, steps),
                           .trained_steps = static_cast<uint32_t>(steps)});
      for (int k = 0; k < steps; ++k) system_.Step(carried_[i], kTheta);
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
  std::vector<Vector> plus_, minus_, carried_;
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
Sample SampleOf(Kind kind, const System& system, int runs,
                const v1::Estimator& options = v1::Estimator()) {
  constexpr int kMeasured = 8;
  Vector sum{}, squares{}, step_squares{};
  for (int run = 0; run < runs; ++run) {
    v1::JobConfig config = EstimatorConfig(kind, kWindow, kLength, kParticles, 1);
    config.set_seed(static_cast<uint64_t>(1000 + run));
    config.mutable_estimator()->MergeFrom(options);
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

TEST(EstimatorStatistics, GpesIsUnbiased) {
  EXPECT_LT(SampleOf(Kind::kGpes, kSystem, 1500).Score(ExactGradient(kSystem, false)), 4);
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

// From the unperturbed state, too, what came before the window is left out; exactly, since the
// state has no noise in it.
TEST(EstimatorStatistics, TruncatedEsFromTheUnperturbedStateIsWrongByTheSameAmount) {
  v1::Estimator options;
  options.mutable_truncated_es()->set_carry(v1::CARRY_UNPERTURBED);
  const Sample sample = SampleOf(Kind::kTruncatedEs, kSystem, 1500, options);
  EXPECT_GT(sample.Score(ExactGradient(kSystem, false)), 20);
  EXPECT_LT(sample.Score(ExactGradient(kSystem, true)), 4);
}

// ½θᵀHθ + bθ over the four leaves of learnable_adam's θ, each with its own σ: with pairs the mean
// is exact at any σ, since E[n_i·n_j] = δ_ij.
TEST(EstimatorStatistics, LeavesOfTheirOwnSigmaAreUnbiased) {
  constexpr size_t kLeaves = 4;
  constexpr std::array<float, kLeaves> kAt = {0.5f, -1.0f, 0.25f, 2.0f};
  const auto loss = [](std::span<const float> x) {
    double sum = 0;
    for (size_t i = 0; i < kLeaves; ++i) {
      sum += (1.0 + static_cast<double>(i)) * x[i] * x[i] / 2 + x[i];
      if (i > 0) sum += 0.5 * x[i] * x[i - 1];
    }
    return sum;
  };
  std::array<double, kLeaves> exact{}, sum{}, squares{};
  for (size_t i = 0; i < kLeaves; ++i) {
    exact[i] = (1.0 + static_cast<double>(i)) * kAt[i] + 1;
    if (i > 0) exact[i] += 0.5 * kAt[i - 1];
    if (i + 1 < kLeaves) exact[i] += 0.5 * kAt[i + 1];
  }
  v1::JobConfig config = EstimatorConfig(Kind::kFullEs, 0, 10, kParticles, 8);
  config.mutable_optimizer()->mutable_learnable_adam();
  for (const auto& [leaf, sigma] : {std::pair("one_*", 0.02), std::pair("log_lr", 0.7)}) {
    v1::LeafSigma& entry = *config.mutable_estimator()->add_leaf_sigma();
    entry.set_leaf(leaf);
    entry.set_sigma(sigma);
  }
  const std::vector<float> sigmas = ElementSigmas(config.estimator(), LayoutOf(config.optimizer()));
  GradientEstimator estimator(config, kLeaves, 1);
  constexpr int kSteps = 4000;
  for (int step = 0; step < kSteps; ++step) {
    std::vector<ParticleScalars> particles;
    for (uint32_t p = 0; p < kParticles; ++p) {
      const Stream stream = PerturbationStream(config, p, step, step);
      std::array<float, kLeaves> plus, minus;
      Perturb(kAt, sigmas, +1, stream, plus);
      Perturb(kAt, sigmas, -1, stream, minus);
      particles.push_back(
          {.sum_plus = 10 * loss(plus), .sum_minus = 10 * loss(minus), .trained_steps = 10});
    }
    const GradientEstimate estimate = estimator.Estimate(particles).value();
    for (size_t i = 0; i < kLeaves; ++i) {
      sum[i] += estimate.gradient[i];
      squares[i] += estimate.gradient[i] * estimate.gradient[i];
    }
  }
  for (size_t i = 0; i < kLeaves; ++i) {
    const double mean = sum[i] / kSteps;
    const double error = std::sqrt((squares[i] / kSteps - mean * mean) / (kSteps - 1));
    EXPECT_LT(std::abs(mean - exact[i]) / error, 4) << i << ": " << mean << ", not " << exact[i];
  }
}

TEST(EstimatorStatistics, NresVariesLessThanPesWhereInfluenceDecays) {
  const System forgetful = {.memory = 0.5};
  const double nres = SampleOf(Kind::kNres, forgetful, 300).window_variance;
  const double pes = SampleOf(Kind::kPes, forgetful, 300).window_variance;
  EXPECT_LT(nres, 0.8 * pes);
}

}  // namespace
}  // namespace paceline
