#include "common/evaluation/fate.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "tests/testing/sample_evaluation.h"

namespace paceline {
namespace {

constexpr CaseScale kScale = {.initial_loss = 2.45, .best_loss = 0.5};

Fate Of(const LossFunction& loss, uint64_t steps = 1000) {
  return FateOf(RunOf(loss, steps), steps, kScale);
}

TEST(FateTest, ARunThatLearnsIsFine) {
  EXPECT_EQ(Of([](double t) { return 0.6 + 1.85 * std::exp(-0.01 * t); }), Fate::kLearned);
  EXPECT_EQ(Of([](double t) { return 2.4 - 0.0005 * t; }), Fate::kLearned);
}

TEST(FateTest, ALossThatIsNotFiniteIsADivergence) {
  auto run = RunOf([](double t) { return 2.4 - 0.001 * t; }, 1000);
  run.set_training_loss(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(FateOf(run, 1000, kScale), Fate::kDiverged);
  run.set_training_loss(1);
  run.set_diverged(true);
  EXPECT_EQ(FateOf(run, 1000, kScale), Fate::kDiverged);
}

TEST(FateTest, ACollapseEndsNoLowerThanItBegan) {
  EXPECT_EQ(Of([](double) { return 2.4; }), Fate::kCollapsed);
  EXPECT_EQ(Of([](double t) { return t < 400 ? 2.4 - 0.004 * t : 3; }), Fate::kCollapsed);
}

// A network whose units are all dead predicts the classes' frequencies, which is lower than its
// first loss: no collapse by the letter, and nothing is not finite.
TEST(FateTest, DeadAtLnTenIsAStall) {
  EXPECT_EQ(Of([](double t) { return t < 20 ? 2.45 - 0.0073 * t : std::log(10.0); }),
            Fate::kStalled);
  EXPECT_EQ(Of([](double t) { return t < 2 ? 2.45 : std::log(10.0); }, 30), Fate::kStalled);
}

TEST(FateTest, WhoIsDoneEarlyAndNearTheBestHasNotStalled) {
  EXPECT_EQ(Of([](double t) { return t < 50 ? 2.45 - 0.037 * t : 0.6; }), Fate::kLearned);
}

TEST(FateTest, WhereNobodyGainsNobodyHasStalled) {
  const auto run = RunOf([](double t) { return t < 1 ? 2.45 : 2.4; }, 1000);
  EXPECT_EQ(FateOf(run, 1000, {.initial_loss = 2.45, .best_loss = 2.4}), Fate::kLearned);
  EXPECT_EQ(FateOf(run, 1000, {.initial_loss = 2.45, .best_loss = 2.45}), Fate::kLearned);
}

}  // namespace
}  // namespace paceline
