#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "worker/task/systems/make_system.h"

namespace paceline {
namespace {

using ::testing::Each;

const RunSeed kSeed = {.key = 1, .particle = 2, .episode = 3};

v1::Task InfluenceTask(uint32_t loss_every = 1) {
  v1::Task task;
  task.mutable_influence_balancing()->set_loss_every(loss_every);
  return task;
}
v1::Task LorenzTask(double noise) {
  v1::Task task;
  task.mutable_lorenz()->set_initial_noise(noise);
  return task;
}
v1::Task ScheduleTask() {
  v1::Task task;
  task.mutable_toy_schedule()->set_steps(100);
  return task;
}

// Losses of the first `steps` steps.
std::vector<double> Losses(const System& system, const std::vector<double>& theta, int steps) {
  std::vector<double> state(system.parameter_count()), losses(steps);
  system.Begin(kSeed, state);
  system.Advance(theta, 0, state, losses);
  return losses;
}

double Mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(InfluenceBalancing, SettlesAtMinusSixTimesTheta) {
  const auto system = MakeSystem(InfluenceTask());
  for (const double theta : {0.5, -1.0 / 6, 3.26}) {
    const double s = -6 * theta;
    EXPECT_NEAR(Losses(*system, {theta}, 500).back(), 0.5 * (s - 1) * (s - 1), 1e-9) << theta;
  }
}

TEST(InfluenceBalancing, TakesItsLossAtTheEndOfSoManySteps) {
  const auto every = Losses(*MakeSystem(InfluenceTask()), {0.5}, 30);
  const auto tenth = Losses(*MakeSystem(InfluenceTask(10)), {0.5}, 30);
  for (int step = 0; step < 30; ++step) {
    EXPECT_DOUBLE_EQ(tenth[step], step % 10 == 9 ? 10 * every[step] : 0) << step;
  }
}

// The mean over 2000 steps at the published start, and none at the truth.
TEST(Lorenz, HasThePublishedLossAtTheStart) {
  const auto system = MakeSystem(LorenzTask(0));
  EXPECT_NEAR(Mean(Losses(*system, {3.116, 3.7}, 2000)), 353.3, 0.05);
  EXPECT_THAT(Losses(*system, {std::log(10.0), std::log(28.0)}, 100), Each(::testing::Lt(1e-20)));
}

TEST(Lorenz, StartsAtItsEpisodesOwnStateWhereThereIsNoise) {
  const auto system = MakeSystem(LorenzTask(1));
  std::vector<double> state(6), other(6);
  system->Begin(kSeed, state);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(state[i], state[i + 3]);
  system->Begin({1, 2, 4}, other);
  EXPECT_NE(state, other);
  MakeSystem(LorenzTask(0))->Begin(kSeed, state);
  EXPECT_EQ(state, std::vector<double>({1.2, 1.3, 1.6, 1.2, 1.3, 1.6}));
}

// Sums over the schedule, at the start and at the best point of a grid.
TEST(ToySchedule, HasThePublishedLosses) {
  const auto system = MakeSystem(ScheduleTask());
  EXPECT_NEAR(100 * Mean(Losses(*system, {-4, -4}, 100)), 2487.769, 5e-4);
  const auto grid = [](int i) { return -5 + 10.0 * i / 1999; };
  EXPECT_NEAR(100 * Mean(Losses(*system, {grid(1567), grid(376)}, 100)), 552.511, 5e-4);
}

// A window continues where the one before it ended.
TEST(System, AdvancesInWindowsAsInOneGo) {
  for (const v1::Task& task : {InfluenceTask(3), LorenzTask(1), ScheduleTask()}) {
    const auto system = MakeSystem(task);
    const std::vector<double> theta(system->theta_size(), 0.3);
    std::vector<double> state(system->parameter_count()), losses(60);
    system->Begin(kSeed, state);
    for (int first = 0; first < 60; first += 20) {
      system->Advance(theta, first, state, std::span(losses).subspan(first, 20));
    }
    EXPECT_EQ(losses, Losses(*system, theta, 60)) << task.ShortDebugString();
  }
}

// Dual numbers against central differences of step 1e-6, whose error is about 1e-12 relative to the
// third derivative plus 1e-10 of the loss.
TEST(System, HasThePathwiseDerivativesOfItsLosses) {
  for (const v1::Task& task : {InfluenceTask(), LorenzTask(1), ScheduleTask()}) {
    const auto system = MakeSystem(task);
    const std::vector<double> theta = task.has_lorenz()         ? std::vector<double>{1.9, 2.3}
                                      : task.has_toy_schedule() ? std::vector<double>{-2, -2.5}
                                                                : std::vector<double>{0.4};
    std::vector<Dual> duals(system->theta_size()), losses(40);
    for (size_t i = 0; i < duals.size(); ++i) duals[i] = Dual::Variable(theta[i], i);
    std::vector<double> start(system->parameter_count());
    system->Begin(kSeed, start);
    std::vector<Dual> state(start.begin(), start.end());
    system->Advance(duals, 0, state, losses);
    const auto plain = Losses(*system, theta, 40);
    for (size_t i = 0; i < theta.size(); ++i) {
      std::vector<double> above = theta, below = theta;
      above[i] += 1e-6, below[i] -= 1e-6;
      const auto high = Losses(*system, above, 40), low = Losses(*system, below, 40);
      for (size_t step = 0; step < losses.size(); ++step) {
        EXPECT_DOUBLE_EQ(losses[step].value, plain[step]);
        const double expected = (high[step] - low[step]) / 2e-6;
        EXPECT_NEAR(losses[step].slope[i], expected, 1e-6 * std::abs(expected) + 1e-6)
            << task.ShortDebugString() << " step " << step;
      }
    }
  }
}

TEST(System, BoundsWhatTheEstimatorSees) {
  const auto system = MakeSystem(InfluenceTask());
  EXPECT_EQ(system->MetaLoss(17), 17);
  for (const float bad : {2e30f, std::numeric_limits<float>::infinity(), std::nanf("")}) {
    EXPECT_EQ(system->MetaLoss(bad), system->meta_loss_bound());
  }
}

TEST(System, IsMadeOfSystemsAlone) {
  v1::Task quadratic;
  quadratic.mutable_quadratic()->set_dimension(3);
  EXPECT_EQ(MakeSystem(quadratic), nullptr);
}

}  // namespace
}  // namespace paceline
