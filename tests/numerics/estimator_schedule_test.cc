// A learning-rate schedule of two numbers (P. Vicol et al., ICML 2021), whose truncated gradients
// lead into a corner and whose whole ones lead out of it.
//
// The reference rows are those of an independent program: 100 pairs, Adam of rate 1e-2 (0.99,
// 0.999), windows of 10 of 100 steps, from (−4, −4); values are sums over the 100 steps.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "coordinator/outer/trainer.h"
#include "tests/testing/outer_run.h"
#include "worker/pathwise/pathwise.h"
#include "worker/task/systems/make_system.h"

namespace paceline {
namespace {

std::unique_ptr<System> MakeSchedule() {
  v1::Task task;
  task.mutable_toy_schedule()->set_steps(100);
  return MakeSystem(task);
}

double LossAt(std::span<const float> theta) {
  const auto system = MakeSchedule();
  std::vector<double> state(2), losses(100);
  system->Begin({}, state);
  system->Advance(std::vector<double>(theta.begin(), theta.end()), 0, state, losses);
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return sum;
}

void Print(const std::string& name, int step, double loss, std::span<const float> theta,
           const char* reference) {
  std::printf("%-24s outer step %5d  loss %8.2f at (%.3f, %.3f)   reference %s\n", name.c_str(),
              step, loss, theta[0], theta[1], reference);
}

// Loss after each of `checked` outer steps.
std::vector<double> Train(const std::string& estimator, int seed, const std::vector<int>& checked,
                          const char* reference, int block = 1) {
  testing::OuterRun run(testing::ShippedYaml("configs/toy-schedule.yaml"),
                        {"seed=" + std::to_string(seed), "estimator." + estimator,
                         "estimator.block=" + std::to_string(block)});
  std::vector<double> losses;
  for (const int step : checked) {
    run.RunTo(step);
    losses.push_back(LossAt(run.theta()));
    Print(estimator.substr(0, 16) + " " + std::to_string(seed), step, losses.back(), run.theta(),
          reference);
  }
  return losses;
}

TEST(ToySchedule, TruncatedBackPropagationIsCaughtInACorner) {
  const auto system = MakeSchedule();
  const auto runs = MakeSystemPathwise(*system, 1);
  v1::Outer outer;
  auto& adam = *outer.mutable_optimizer()->mutable_adam();
  adam.set_learning_rate(1e-2), adam.set_beta1(.99), adam.set_beta2(.999);
  adam.set_epsilon(1e-8), adam.set_epsilon_root(1e-8);
  OuterTrainer trainer(outer, {2});
  std::vector<float> theta = {-4, -4};
  for (int step = 0; step < 5000; ++step) {
    if (step % 10 == 0) {
      ASSERT_TRUE(runs->Start(0, {}, 100).ok());
    }
    std::vector<double> losses(10), gradient(2);
    const std::vector<double> exact(theta.begin(), theta.end());
    ASSERT_TRUE(runs->Advance(exact, 10, losses, gradient).ok());
    ASSERT_TRUE(trainer.Step(std::vector<float>(gradient.begin(), gradient.end()), theta).ok());
    if (step + 1 == 1000) Print("TBPTT", 1000, LossAt(theta), theta, "2423.2");
  }
  Print("TBPTT", 5000, LossAt(theta), theta, "2423.2 at (.141, -.783)");
  EXPECT_NEAR(LossAt(theta), 2423.2, 1);
}

TEST(ToySchedule, TruncatedEsIsCaughtInACorner) {
  for (const double loss :
       Train("truncated_es={window: 10, sigma: 0.3}", 1, {1000, 5000}, "2423.4, 2423.5")) {
    EXPECT_NEAR(loss, 2423.4, 1);
  }
  for (int seed = 1; seed <= 3; ++seed) {
    const auto wide = Train("truncated_es={window: 10, sigma: 1.0}", seed, {1000}, "1614-1667");
    EXPECT_GT(wide[0], 1200);
  }
}

TEST(ToySchedule, FullEsFindsTheWay) {
  const auto losses = Train("full_es={sigma: 0.3}", 1, {1000}, "572");
  EXPECT_LT(losses[0], 600);
}

TEST(ToySchedule, PesFindsTheWay) {
  for (int seed = 1; seed <= 5; ++seed) {
    EXPECT_LT(Train("pes={window: 10, sigma: 0.3}", seed, {1000}, "558-596", 100)[0], 600);
  }
}

TEST(ToySchedule, NresFindsTheWay) {
  for (int seed = 1; seed <= 3; ++seed) {
    EXPECT_LT(Train("nres={window: 10, sigma: 0.3}", seed, {1000}, "571-575")[0], 600);
  }
}

}  // namespace
}  // namespace paceline
