// The exact variance of the estimators on linear losses (the interop page, T5), from the product's
// own perturbation and credit rules, against the closed formulas; and the product's own gradients,
// sampled, against both.
//
// An episode has M windows of one step. The loss of window j has gradient p_jk with respect to the
// θ used in window k ≤ j; one particle, at a uniformly random window of its episode. In units of σ
// the estimate is (Σ_k ⟨p_jk, n_k⟩)·Σ_c n_c, n_k the noise in force in window k and c over the
// noises credited, so by Isserlis' theorem its second moment is s·m·d + 2‖Σ_c q_c‖², with q_c the
// sum of the p_jk of the windows that noise c perturbs, s = Σ‖q_c‖² and m the number of credited
// noises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "common/estimator/gradient.h"
#include "common/noise/streams.h"
#include "tests/common/estimator/configs.h"

namespace paceline {
namespace {

using Vector = std::vector<double>;

constexpr int kWindows = 10;    // M, also the shortest episode of full ES
constexpr int kDimension = 10;  // d

double Square(const Vector& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return sum;
}
void Add(const Vector& v, Vector& sum) {
  for (size_t i = 0; i < v.size(); ++i) sum[i] += v[i];
}

// p_jk for k ≤ j.
using Influence = std::function<Vector(int j, int k)>;

// The test vector of T5: the unit vector of k.
Vector UnitOfK(int, int k) {
  Vector p(kDimension);
  p[k] = 1;
  return p;
}
// Influence that decays with the distance, along random directions.
Vector Decaying(int j, int k) {
  std::mt19937 random(static_cast<uint32_t>(100 * j + k));
  std::normal_distribution<double> normal(0, std::pow(0.7, j - k));
  Vector p(kDimension);
  for (double& x : p) x = normal(random);
  return p;
}

Vector Mean(const Influence& influence) {
  Vector mean(kDimension);
  for (int j = 0; j < kWindows; ++j) {
    for (int k = 0; k <= j; ++k) Add(influence(j, k), mean);
  }
  for (double& x : mean) x /= kWindows;
  return mean;
}

// ---- closed formulas ----------------------------------------------------------------------------

double PesFormula(const Influence& influence) {
  double sum = 0;
  for (int j = 0; j < kWindows; ++j) {
    Vector total(kDimension);
    double squares = 0;
    for (int k = 0; k <= j; ++k) {
      const Vector p = influence(j, k);
      Add(p, total);
      squares += Square(p);
    }
    sum += (j + 1) * kDimension * squares + 2 * Square(total);
  }
  return sum / kWindows - Square(Mean(influence));
}

double NresFormula(const Influence& influence) {
  double sum = 0;
  for (int j = 0; j < kWindows; ++j) {
    Vector total(kDimension);
    for (int k = 0; k <= j; ++k) Add(influence(j, k), total);
    sum += Square(total);
  }
  return (kDimension + 2) * sum / kWindows - Square(Mean(influence));
}

double FullEsFormula(const Influence& influence) {
  return (kDimension + 1) * Square(Mean(influence));
}

// ---- from the product's rules -------------------------------------------------------------------

double ExactVariance(const v1::Estimator& estimator, const Influence& influence) {
  double sum = 0;
  for (int j = 0; j < kWindows; ++j) {
    std::map<int64_t, Vector> by_noise;
    for (int k = 0; k <= j; ++k) {
      Vector& q = by_noise.try_emplace(PerturbationStep(estimator, k, 0), kDimension).first->second;
      Add(influence(j, k), q);
    }
    const CreditedNoise credit = CreditOf(estimator, j, 0);
    double s = 0;
    int m = 0;
    Vector credited(kDimension);
    for (const auto& [step, q] : by_noise) {
      s += Square(q);
      if (step < credit.first || step > credit.last) continue;
      Add(q, credited);
      ++m;
    }
    sum += s * m * kDimension + 2 * Square(credited);
  }
  return sum / kWindows - Square(Mean(influence));
}

v1::JobConfig Config(Kind kind) {
  return EstimatorConfig(kind, 1, kWindows, /*particles=*/1, /*block=*/1, /*sigma=*/0.25);
}

TEST(EstimatorVariance, OfTheTestVectorIsTheStudys) {
  EXPECT_NEAR(PesFormula(UnitOfK), 392.15, 1e-9);
  EXPECT_NEAR(NresFormula(UnitOfK), 62.15, 1e-9);
  EXPECT_NEAR(FullEsFormula(UnitOfK), 42.35, 1e-9);
}

TEST(EstimatorVariance, FollowsFromTheProductsRulesAsTheFormulasSay) {
  for (const Influence& influence : {Influence(UnitOfK), Influence(Decaying)}) {
    EXPECT_NEAR(ExactVariance(Config(Kind::kPes).estimator(), influence) / PesFormula(influence), 1,
                1e-12);
    EXPECT_NEAR(ExactVariance(Config(Kind::kNres).estimator(), influence) / NresFormula(influence),
                1, 1e-12);
  }
}

TEST(EstimatorVariance, OfGpesFallsFromPesToNresAsThePeriodGrows) {
  v1::JobConfig config = Config(Kind::kGpes);
  double before = PesFormula(UnitOfK) + 1;
  for (const uint32_t period : {1u, 2u, 5u, 10u}) {
    config.mutable_estimator()->mutable_gpes()->set_period(period);
    const double variance = ExactVariance(config.estimator(), UnitOfK);
    EXPECT_LT(variance, before) << period;
    before = variance;
  }
  EXPECT_NEAR(before, NresFormula(UnitOfK), 1e-9);
}

// ---- sampled ------------------------------------------------------------------------------------

// A sample mean and its standard error.
struct Estimated {
  double mean = 0, error = 0;
  double Score(double expected) const { return (mean - expected) / error; }
};

class Moments {
 public:
  void Take(double x) {
    sum_ += x;
    squares_ += x * x;
    ++count_;
  }
  Estimated Get() const {
    const double mean = sum_ / count_;
    return {mean, std::sqrt((squares_ / count_ - mean * mean) / (count_ - 1))};
  }

 private:
  double sum_ = 0, squares_ = 0, count_ = 0;
};

struct Sampled {
  Estimated variance;  // the trace
  double worst = 0;    // of the mean's elements, the largest score against the true gradient
};

// The mean loss of window j of the run with this sign: offset + Σ_k ⟨p_jk, ±σ·n_k⟩.
class LinearLoss {
 public:
  LinearLoss(const v1::JobConfig& config, const Influence& influence, double offset)
      : config_(config), influence_(influence), offset_(offset) {}

  // Windows first..last of the episode that began at outer step `start`, at that step.
  double Sum(int64_t start, int64_t step, int first, int last, int sign) const {
    double sum = 0;
    for (int j = first; j <= last; ++j) {
      sum += offset_;
      for (int k = 0; k <= j; ++k) {
        // With full ES all windows of the episode are of one outer step.
        const int64_t at = config_.estimator().has_full_es() ? step : start + k;
        std::vector<float> noise(kDimension);
        FillNormals(PerturbationStream(config_, 0, at, start), 0, noise);
        const Vector p = influence_(j, k);
        for (int i = 0; i < kDimension; ++i) {
          sum += sign * Sigma(config_.estimator()) * p[i] * noise[i];
        }
      }
    }
    return sum;
  }

 private:
  const v1::JobConfig& config_;
  const Influence& influence_;
  double offset_;
};

// A run for each seed; its outer steps from the first that any position of an episode is equally
// likely at, through a whole episode's worth. Runs are independent of each other.
Sampled Sample(v1::JobConfig config, const Influence& influence, int runs, double offset = 0) {
  const bool full = config.estimator().has_full_es();
  const bool pairs = Antithetic(config.estimator());
  const int begin = full ? 0 : kWindows - 1, count = full ? 1 : kWindows;
  const Vector truth = Mean(influence);
  Moments variance;
  std::vector<Moments> means(kDimension);
  for (int run = 0; run < runs; ++run) {
    config.set_seed(static_cast<uint64_t>(run));
    GradientEstimator estimator(config, kDimension, 1);
    const LinearLoss loss(config, influence, offset);
    double square = 0;
    Vector mean(kDimension);
    while (estimator.step() < begin + count) {
      const BlockWindow window = estimator.window(0);
      const auto first = static_cast<int>(window.first_inner_step);
      const int last = first + static_cast<int>(window.inner_steps) - 1;
      // What the first episode is cut off of is its end.
      const auto sum = [&](int sign) {
        return loss.Sum(window.episode_start, window.step, first, last, sign);
      };
      const ParticleScalars particle = {.sum_plus = sum(+1),
                                        .sum_minus = pairs ? sum(-1) : 0,
                                        .trained_steps = static_cast<uint32_t>(window.inner_steps)};
      const GradientEstimate estimate = estimator.Estimate({&particle, 1}).value();
      if (window.step < begin) continue;
      for (int i = 0; i < kDimension; ++i) {
        const double g = estimate.gradient[i];
        square += g * g / count;
        mean[i] += g / count;
      }
    }
    variance.Take(square - Square(truth));
    for (int i = 0; i < kDimension; ++i) means[i].Take(mean[i]);
  }
  Sampled sampled{.variance = variance.Get()};
  for (int i = 0; i < kDimension; ++i) {
    sampled.worst = std::max(sampled.worst, std::abs(means[i].Get().Score(truth[i])));
  }
  return sampled;
}

constexpr double kScore = 4;  // every comparison below is within four standard errors

TEST(EstimatorVariance, OfSampledPesIsExact) {
  const Sampled sampled = Sample(Config(Kind::kPes), UnitOfK, 3000);
  EXPECT_LT(std::abs(sampled.variance.Score(392.15)), kScore) << sampled.variance.mean;
  EXPECT_LT(sampled.variance.error, 0.03 * 392.15);
  EXPECT_LT(sampled.worst, kScore);
}

TEST(EstimatorVariance, OfSampledNresIsExact) {
  const Sampled sampled = Sample(Config(Kind::kNres), UnitOfK, 3000);
  EXPECT_LT(std::abs(sampled.variance.Score(62.15)), kScore) << sampled.variance.mean;
  EXPECT_LT(sampled.variance.error, 0.03 * 62.15);
  EXPECT_LT(sampled.worst, kScore);
}

TEST(EstimatorVariance, OfSampledFullEsIsExact) {
  const Sampled sampled = Sample(Config(Kind::kFullEs), UnitOfK, 6000);
  EXPECT_LT(std::abs(sampled.variance.Score(42.35)), kScore) << sampled.variance.mean;
  EXPECT_LT(sampled.variance.error, 0.03 * 42.35);
  EXPECT_LT(sampled.worst, kScore);
}

TEST(EstimatorVariance, OfSampledGpesIsExact) {
  v1::JobConfig config = Config(Kind::kGpes);
  config.mutable_estimator()->mutable_gpes()->set_period(3);
  for (const Influence& influence : {Influence(UnitOfK), Influence(Decaying)}) {
    const double exact = ExactVariance(config.estimator(), influence);
    const Sampled sampled = Sample(config, influence, 2000);
    EXPECT_LT(std::abs(sampled.variance.Score(exact)), kScore) << sampled.variance.mean;
    EXPECT_LT(sampled.worst, kScore);
  }
}

// Without pairs the loss at θ, here `offset`, does not cancel: it adds (offset/σ)²·d, and no bias.
TEST(EstimatorVariance, OfPlainEsHasTheLossItselfInIt) {
  constexpr double kOffset = 1.5;
  v1::JobConfig config = Config(Kind::kFullEs);
  config.mutable_estimator()->set_antithetic(false);
  const double ratio = kOffset / Sigma(config.estimator());
  const double exact = ratio * ratio * kDimension + FullEsFormula(UnitOfK);
  const Sampled plain = Sample(config, UnitOfK, 6000, kOffset);
  EXPECT_LT(std::abs(plain.variance.Score(exact)), kScore) << plain.variance.mean;
  EXPECT_LT(plain.worst, kScore);
  EXPECT_GT(exact, 9 * FullEsFormula(UnitOfK));
  // Pairs do not feel it.
  config.mutable_estimator()->set_antithetic(true);
  const Sampled pairs = Sample(config, UnitOfK, 3000, kOffset);
  EXPECT_LT(std::abs(pairs.variance.Score(FullEsFormula(UnitOfK))), kScore);
}

}  // namespace
}  // namespace paceline
