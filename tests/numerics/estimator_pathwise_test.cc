// The pathwise gradient of learned optimizers, by back-propagation through the unroll: against
// finite differences, and against evolution strategies as σ → 0.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "common/noise/streams.h"
#include "tests/testing/outer_run.h"
#include "worker/pathwise/pathwise.h"

namespace paceline {
namespace {

constexpr int kRuns = 3, kLength = 12;
constexpr double kDifference = 1e-7;

// Smooth tasks and large steps, so that a dozen steps matter and differences are clean.
std::string Config(const std::string& optimizer, const std::string& task) {
  return "name: pathwise\nseed: 3\noptimizer: {" + optimizer + "}\ntasks: [{" + task +
         "}]\nepisode: {constant: {steps: 20}}\n"
         "estimator: {full_es: {sigma: 0.01}, particles: 32, block: 8}\n"
         "outer: {steps: 10, optimizer: {sgd: {learning_rate: 1}}}\n";
}

const char* const kOptimizers[] = {
    "learnable_sgd: {learning_rate: 0.05}", "learnable_sgdm: {learning_rate: 0.02}",
    "learnable_adam: {learning_rate: 0.05}",
    "mlp_lopt: {hidden: 5, step_multiplier: 0.03, exp_multiplier: 0.1}",
    "adafac_mlp: {hidden: 4, step_multiplier: 0.03, exp_multiplier: 0.1}"};
const char* const kTasks[] = {"quadratic: {dimension: 5, kind: target}",
                              "image_mlp: {size: 3, hidden: [4], activation: tanh, batch: 16}"};

struct Unroll {
  std::vector<double> losses;     // [run]: mean over the steps
  std::vector<double> gradients;  // [run, P]
};

// Windows of `window` steps; gradients are those of the last one.
Unroll UnrollOf(const testing::OuterRun& run, const std::vector<double>& theta, int window) {
  const v1::JobConfig& config = run.config();
  const auto runs = MakePathwiseRuns(config.optimizer(), config.tasks(0), run.job().task(0), kRuns,
                                     Precision::kDouble)
                        .value();
  for (uint32_t i = 0; i < kRuns; ++i) {
    EXPECT_TRUE(runs->Start(i, {.key = 3, .particle = i}, kLength).ok());
  }
  Unroll unroll{.losses = std::vector<double>(kRuns),
                .gradients = std::vector<double>(kRuns * theta.size())};
  std::vector<double> losses(kRuns * window);
  for (int step = 0; step < kLength; step += window) {
    EXPECT_TRUE(runs->Advance(theta, window, losses, unroll.gradients).ok());
    for (size_t i = 0; i < losses.size(); ++i) unroll.losses[i / window] += losses[i] / kLength;
  }
  return unroll;
}

std::vector<double> Moved(std::vector<double> theta, std::span<const double> by, double factor) {
  for (size_t i = 0; i < theta.size(); ++i) theta[i] += factor * by[i];
  return theta;
}

// Central differences along a random direction of each leaf, of a step so short that hardly any of
// the 10,000 ReLUs of such an unroll is within it; rounding is then 1e-16 of the loss over 1e-7.
TEST(PathwiseGradient, IsTheDerivativeOfTheUnrollsMeanLoss) {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  for (const char* optimizer : kOptimizers) {
    for (const char* task : kTasks) {
      const testing::OuterRun run(Config(optimizer, task), {});
      std::vector<double> theta(run.theta().begin(), run.theta().end());
      for (double& value : theta) value += 0.1 * normal(random);
      const Unroll unroll = UnrollOf(run, theta, kLength);
      double worst = 0;
      for (const ThetaLeaf& leaf : run.job().layout().leaves) {
        std::vector<double> direction(theta.size());
        for (size_t i = 0; i < leaf.size; ++i) direction[leaf.offset + i] = normal(random);
        const Unroll above = UnrollOf(run, Moved(theta, direction, kDifference), kLength);
        const Unroll below = UnrollOf(run, Moved(theta, direction, -kDifference), kLength);
        for (int i = 0; i < kRuns; ++i) {
          double slope = 0;
          for (size_t k = 0; k < theta.size(); ++k) {
            slope += unroll.gradients[i * theta.size() + k] * direction[k];
          }
          const double expected = (above.losses[i] - below.losses[i]) / (2 * kDifference);
          EXPECT_NEAR(slope, expected, 1e-6 * std::abs(expected) + 2e-8)
              << leaf.path << " of " << optimizer << " on " << task;
          worst = std::max(worst, std::abs(slope - expected) / (std::abs(expected) + 1e-3));
        }
      }
      std::printf("%.40s on %.20s: largest difference %.1e\n", optimizer, task, worst);
    }
  }
}

// A window sees the state at its start as constant; what it computes forward is the same.
TEST(PathwiseGradient, OfALaterWindowTakesItsStartAsConstant) {
  const testing::OuterRun run(Config(kOptimizers[0], kTasks[0]), {});
  const std::vector<double> theta(run.theta().begin(), run.theta().end());
  const Unroll whole = UnrollOf(run, theta, kLength), windows = UnrollOf(run, theta, 4);
  for (int i = 0; i < kRuns; ++i) {
    EXPECT_DOUBLE_EQ(windows.losses[i], whole.losses[i]);
    EXPECT_LT(std::abs(windows.gradients[i]), std::abs(whole.gradients[i]));
    EXPECT_NE(windows.gradients[i], 0);
  }
}

// A pair's estimate is (g·ε)·ε up to the third derivative times σ², or σ times the kinks of a
// network's ReLUs: with the very ε and seeds of the job, the pathwise gradients predict what full
// ES finds, ever better as σ falls, until the rounding of float32 losses shows. Steps are small so
// that float32 and float64 runs stay together, and layers wide enough that none is dead as a whole:
// the next one, whose biases are 0 at first, would stand on its kinks.
TEST(PathwiseGradient, IsTheLimitOfEvolutionStrategies) {
  struct Case {
    const char* optimizer;
    double at_the_end;
  };
  const Case cases[] = {
      {"learnable_sgd: {learning_rate: 0.05}", 5e-5},
      {"mlp_lopt: {hidden: 16, step_multiplier: 0.01, exp_multiplier: 0.1}", 0.01},
      {"adafac_mlp: {step_multiplier: 0.01, exp_multiplier: 0.1}", 0.01}};
  for (const auto& [optimizer, at_the_end] : cases) {
    std::vector<double> errors;
    for (const double sigma : {0.03, 0.01, 0.001}) {
      testing::OuterRun run(Config(optimizer, kTasks[0]),
                            {"estimator.full_es.sigma=" + std::to_string(sigma)});
      const v1::JobConfig& config = run.config();
      const int particles = static_cast<int>(config.estimator().particles());
      const size_t size = run.theta().size();
      const auto runs = MakePathwiseRuns(config.optimizer(), config.tasks(0), run.job().task(0),
                                         particles, Precision::kDouble)
                            .value();
      for (int i = 0; i < particles; ++i) {
        const RunSeed seed{config.seed(), static_cast<uint32_t>(i), 0};
        ASSERT_TRUE(runs->Start(i, seed, 20).ok());
      }
      std::vector<double> losses(particles * 20), gradients(particles * size);
      const std::vector<double> theta(run.theta().begin(), run.theta().end());
      ASSERT_TRUE(runs->Advance(theta, 20, losses, gradients).ok());
      std::vector<double> expected(size);
      for (int i = 0; i < particles; ++i) {
        std::vector<float> normals(size);
        FillNormals(PerturbationStream(config, i, 0, 0), 0, normals);
        double slope = 0;
        for (size_t k = 0; k < size; ++k) slope += gradients[i * size + k] * normals[k];
        for (size_t k = 0; k < size; ++k) expected[k] += slope * normals[k] / particles;
      }
      const GradientEstimate estimate = run.Gradient();
      double off = 0, norm = 0;
      for (size_t k = 0; k < size; ++k) {
        off += std::pow(estimate.gradient[k] - expected[k], 2);
        norm += expected[k] * expected[k];
      }
      errors.push_back(std::sqrt(off / norm));
    }
    std::printf("%.40s: relative difference %.1e, %.1e, %.1e\n", optimizer, errors[0], errors[1],
                errors[2]);
    EXPECT_LT(errors[1], errors[0] / 2);
    EXPECT_LT(errors[2], at_the_end);
  }
}

}  // namespace
}  // namespace paceline
