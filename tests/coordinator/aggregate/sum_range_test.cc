#include "coordinator/aggregate/sum_range.h"

#include <cmath>

#include "gtest/gtest.h"

namespace paceline {
namespace {

const BlockWindow kWindow = {.step = 3,
                             .episode_start = 1,
                             .length_steps = 40,
                             .first_inner_step = 10,
                             .inner_steps = 5,
                             .task = 0};

v1::JobConfig WithQuadratic() {
  v1::JobConfig config;
  config.add_tasks()->mutable_quadratic()->set_dimension(3);
  config.mutable_tasks(0)->mutable_quadratic()->set_kind(v1::QUADRATIC_KIND_PLAIN);
  return config;
}

SumRange RangeOf(const v1::JobConfig& config) { return SumRanges(config, 1).Of(0, kWindow); }

TEST(SumRangeTest, IsTheMetaLosssTimesTheStepsThatTheObjectiveCounts) {
  v1::JobConfig loss = WithQuadratic();
  EXPECT_EQ(RangeOf(loss), (SumRange{-5e6, 5e6}));

  v1::JobConfig final_loss = WithQuadratic();
  final_loss.mutable_objective()->mutable_final_loss();
  EXPECT_EQ(RangeOf(final_loss), (SumRange{-40e6, 40e6})) << "the episode's length times one value";

  v1::JobConfig minimum = WithQuadratic();
  minimum.mutable_estimator()->mutable_full_es()->set_loss(v1::EPISODE_LOSS_MINIMUM);
  EXPECT_EQ(RangeOf(minimum), (SumRange{-40e6, 40e6}));

  v1::JobConfig accuracy = WithQuadratic();
  accuracy.mutable_objective()->mutable_accuracy();
  EXPECT_EQ(RangeOf(accuracy), (SumRange{0, 5}));

  v1::JobConfig target = WithQuadratic();
  target.mutable_objective()->mutable_steps_to_target();
  EXPECT_EQ(RangeOf(target), (SumRange{0, 5}));
}

TEST(SumRangeTest, AWindowMayYieldNothingWhateverTheLowestLoss) {
  EXPECT_EQ(RangeOfSums({}, kWindow, 2, 3), (SumRange{0, 15}));
  EXPECT_EQ(RangeOfSums({}, kWindow, -3, -2), (SumRange{-15, 0}));
}

TEST(SumRangeTest, HoldsItsEndsAndNothingBeyond) {
  const SumRange range{-1, 2};
  EXPECT_TRUE(range.Holds(-1) && range.Holds(2));
  EXPECT_FALSE(range.Holds(std::nextafter(-1.0, -2.0)) || range.Holds(std::nextafter(2.0, 3.0)));
  EXPECT_FALSE(range.Holds(std::nan("")));
}

TEST(SumRangeTest, FollowsTheTaskOfTheBlocksEpisode) {
  v1::JobConfig config = WithQuadratic();
  config.add_tasks()->mutable_influence_balancing();
  SumRanges ranges(config, 1);
  EXPECT_EQ(ranges.Of(0, kWindow).high, 5e6);
  BlockWindow next = kWindow;
  next.episode_start = 9;
  next.task = 1;
  EXPECT_EQ(ranges.Of(0, next).high, 5.0 * 1e30f);
}

}  // namespace
}  // namespace paceline
