// Two parameters of the Lorenz system (O. Li et al., NeurIPS 2023): 2000 chaotic steps.
//
// The reference rows are those of an independent program: 200 staggered pairs, σ = 0.04, windows of
// 100, SGD; values are mean losses over 200 noisy initial states.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "tests/testing/outer_run.h"
#include "worker/estimators/samples.h"
#include "worker/task/systems/make_system.h"

namespace paceline {
namespace {

double LossAt(std::span<const float> theta) {
  v1::Task task;
  task.mutable_lorenz()->set_initial_noise(1);
  const auto system = MakeSystem(task);
  const std::vector<double> exact(theta.begin(), theta.end());
  double sum = 0;
  for (uint32_t particle = 0; particle < 200; ++particle) {
    std::vector<double> state(6), losses(2000);
    system->Begin({.key = 99, .particle = particle}, state);
    system->Advance(exact, 0, state, losses);
    for (const double loss : losses) sum += loss / 2000;
  }
  return sum / 200;
}

std::vector<float> Train(const std::vector<std::string>& overrides, const std::string& name,
                         const std::vector<int>& checked, const char* reference) {
  testing::OuterRun run(testing::ShippedYaml("configs/lorenz.yaml"), overrides);
  std::printf("%-20s", name.c_str());
  for (const int step : checked) {
    run.RunTo(step);
    std::printf(" it %d: %6.1f", step, LossAt(run.theta()));
  }
  std::printf("  at (%.3f, %.3f)   reference %s\n", run.theta()[0], run.theta()[1], reference);
  return run.theta();
}

TEST(Lorenz, NresFindsTheParameters) {
  for (int seed = 1; seed <= 3; ++seed) {
    const auto theta = Train({"seed=" + std::to_string(seed)}, "NRES, seed " + std::to_string(seed),
                             {100, 500, 1000}, "126-136, 91-98, 42-45");
    EXPECT_NEAR(theta[0], 2.375, 0.05);
    EXPECT_NEAR(theta[1], 3.284, 0.05);
  }
}

TEST(Lorenz, FullEsFindsThemToo) {
  const auto theta = Train({"estimator={full_es: {sigma: 0.04}, particles: 10, block: 1}",
                            "outer.optimizer.sgd.learning_rate=3.0e-5"},
                           "Full ES, 10 pairs", {100, 500, 1000}, "108-111, 44-46, 46-47");
  EXPECT_NEAR(theta[0], 2.38, 0.05);
  EXPECT_NEAR(theta[1], 3.28, 0.05);
}

TEST(Lorenz, PesWandersAboutThem) {
  const auto theta =
      Train({"estimator.pes={window: 100, sigma: 0.04}",
             "outer.schedule={piecewise: {boundaries: [{step: 1000, factor: 0.1}]}}"},
            "PES", {100, 500, 1000, 2000}, "122-128, 88-106, 38-97, 47-88");
  EXPECT_NEAR(theta[0], 2.38, 0.3);
  EXPECT_NEAR(theta[1], 3.28, 0.1);
}

TEST(Lorenz, TruncatedEsEndsInTheWrongBasin) {
  for (int seed = 1; seed <= 2; ++seed) {
    const auto theta =
        Train({"seed=" + std::to_string(seed),
               "estimator.truncated_es={window: 100, sigma: 0.04, carry: unperturbed}",
               "outer.optimizer.sgd.learning_rate=3.0e-4"},
              "TES, seed " + std::to_string(seed), {100, 500, 1000}, "90-133, 65-72, 65-67");
    EXPECT_GT(theta[0], 3.5);
  }
}

// The trace of the covariance of one worker's estimate falls as the noise period grows, from PES to
// NRES. 1,000 replicas of 20 windows each.
TEST(Lorenz, VarianceFallsWithTheNoisePeriod) {
  struct Row {
    int period;
    double at_the_start, at_the_end;  // the reference's
  };
  const Row rows[] = {{100, 1.55e8, 4.8e7},
                      {200, 7.4e7, 2.5e7},
                      {400, 4.2e7, 1.3e7},
                      {1000, 2.1e7, 6.3e6},
                      {2000, 1.3e7, 3.4e6}};
  DataStore data;
  double before[2] = {INFINITY, INFINITY};
  for (const Row& row : rows) {
    const auto config = LoadConfig(
        "configs/lorenz.yaml",
        std::vector<std::string>{"tasks[0].lorenz.initial_noise=1", "estimator.particles=1",
                                 "estimator.gpes={window: 100, sigma: 0.04, period: " +
                                     std::to_string(row.period) + "}"});
    ASSERT_TRUE(config.ok()) << config.status();
    std::printf("noise period %4d:", row.period);
    const std::vector<float> points[] = {{3.116f, 3.7f}, {2.4f, 3.3f}};
    const double references[] = {row.at_the_start, row.at_the_end};
    for (int i = 0; i < 2; ++i) {
      const auto samples = SampleEs(*config, points[i], {.inner_steps = 8'000'000}, data);
      ASSERT_TRUE(samples.ok()) << samples.status();
      const Estimated variance = Compare(samples->replicas, samples->replicas).variance;
      std::printf("  %.3g ± %.1g (reference %.3g)", variance.value, variance.error, references[i]);
      EXPECT_LT(variance.value, before[i]);
      EXPECT_NEAR(variance.value / references[i], 1, 0.3);
      before[i] = variance.value;
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace paceline
