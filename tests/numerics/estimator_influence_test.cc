// Influence balancing (P. Vicol et al., ICML 2021): a linear system whose parameter works one way
// at once and the other way in the long run. What sees a window alone diverges; PES reaches −1/6.
//
// The reference rows are those of an independent program on the same set-up: 500 pairs, σ = 0.1,
// plain SGD of rate 1e-4, loss after a fresh roll of 500 steps. ES and PES run as jobs run: their θ
// is float32 and stands still when a step of SGD is below half of its last bit, at losses of about
// 1e-12. A window's gradient by back-propagation is the pathwise one, θ in double.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/testing/outer_run.h"
#include "worker/pathwise/pathwise.h"
#include "worker/task/systems/make_system.h"

namespace paceline {
namespace {

constexpr double kOptimum = -1.0 / 6;
constexpr int kChecked[] = {100, 500, 1000, 3000};

std::unique_ptr<System> MakeInfluence(uint32_t loss_every) {
  v1::Task task;
  task.mutable_influence_balancing()->set_loss_every(loss_every);
  return MakeSystem(task);
}

// After a fresh roll of 500 steps.
double LossAt(double theta) {
  const auto system = MakeInfluence(1);
  std::vector<double> state(system->parameter_count()), losses(500);
  system->Begin({}, state);
  system->Advance(std::vector<double>{theta}, 0, state, losses);
  return losses.back();
}

struct Row {
  std::vector<double> losses;  // at kChecked
  double theta_at_2000 = 0;
};

void Print(const std::string& name, const Row& row, const char* reference) {
  std::printf("%-18s", name.c_str());
  for (const double loss : row.losses) std::printf(" %9.3g", loss);
  std::printf("   theta(2000) %-10.6f reference %s\n", row.theta_at_2000, reference);
}

Row Train(const std::string& estimator, int seed) {
  testing::OuterRun run(
      testing::ShippedYaml("configs/influence-balancing.yaml"),
      {"seed=" + std::to_string(seed), "estimator." + estimator + "={window: 1, sigma: 0.1}"});
  Row row;
  for (const int checked : kChecked) {
    if (checked == 3000) {
      run.RunTo(2000);
      row.theta_at_2000 = run.theta()[0];
    }
    run.RunTo(checked);
    row.losses.push_back(LossAt(run.theta()[0]));
  }
  return row;
}

// Truncated back-propagation: the gradient of the loss at the end of each window of K steps.
Row TrainByWindows(uint32_t window) {
  const auto system = MakeInfluence(window);
  const auto runs = MakeSystemPathwise(*system, 1);
  EXPECT_TRUE(runs->Start(0, {}, 1).ok());
  double theta = 0.5;
  Row row;
  for (int step = 1; step <= 3000; ++step) {
    std::vector<double> losses(window), gradient(1);
    EXPECT_TRUE(runs->Advance(std::span(&theta, 1), window, losses, gradient).ok());
    theta -= 1e-4 * gradient[0];
    for (const int checked : kChecked) {
      if (step == checked) row.losses.push_back(LossAt(theta));
    }
    if (step == 2000) row.theta_at_2000 = theta;
  }
  return row;
}

TEST(InfluenceBalancing, BackPropagationGoesWrongUnlessItsWindowIsLong) {
  const Row one = TrainByWindows(1), ten = TrainByWindows(10), hundred = TrainByWindows(100);
  Print("TBPTT, K = 1", one, "8.06  12.7  22.2  211");
  Print("TBPTT, K = 10", ten, "22.4  2.0e3  5.7e5  3.5e15");
  Print("TBPTT, K = 100", hundred, "3.89  .217  5.9e-3  3.2e-9");
  const double of_one[] = {8.06, 12.7, 22.2, 211}, of_ten[] = {22.4, 2.0e3, 5.7e5, 3.5e15},
               of_hundred[] = {3.89, .217, 5.9e-3, 3.2e-9};
  for (int i = 0; i < 4; ++i) {  // to the digits given
    EXPECT_NEAR(one.losses[i] / of_one[i], 1, 0.006) << kChecked[i];
    EXPECT_NEAR(ten.losses[i] / of_ten[i], 1, 0.03) << kChecked[i];
    EXPECT_NEAR(hundred.losses[i] / of_hundred[i], 1, 0.02) << kChecked[i];
  }
}

TEST(InfluenceBalancing, TruncatedEsGoesTheWrongWay) {
  for (int seed = 1; seed <= 3; ++seed) {
    const Row row = Train("truncated_es", seed);
    Print("truncated ES, seed " + std::to_string(seed), row, "8.06  12.7  22.2  211");
    EXPECT_GT(row.theta_at_2000, 1);
    EXPECT_NEAR(row.losses[0], 8.06, 0.05);
    EXPECT_NEAR(row.losses[2], 22.2, 1);
  }
}

TEST(InfluenceBalancing, PesReachesTheOptimum) {
  for (int seed = 1; seed <= 5; ++seed) {
    const Row row = Train("pes", seed);
    Print("PES, seed " + std::to_string(seed), row, "1.8-2.4  1e-3-2e-2  1e-6-3e-5  6e-20-2e-15");
    EXPECT_NEAR(row.theta_at_2000, kOptimum, 1e-4);
    EXPECT_NEAR(row.losses[0], 2.1, 0.6);
    EXPECT_LT(row.losses[3], 1e-11);
  }
}

TEST(InfluenceBalancing, NresReachesTheOptimum) {
  const Row row = Train("nres", 1);
  Print("NRES, seed 1", row, "-");
  EXPECT_NEAR(row.theta_at_2000, kOptimum, 1e-4);
}

}  // namespace
}  // namespace paceline
