#include "common/network/network.h"

#include <gtest/gtest.h>

#include <cmath>

namespace paceline {
namespace {

TEST(Window, SamePaddingCoversEveryPositionAndItsLargerHalfIsBehind) {
  struct Case {
    int64_t size, stride, in, out, before, after;
  };
  const Case cases[] = {
      {3, 1, 8, 8, 1, 1}, {3, 2, 8, 4, 0, 1}, {3, 2, 7, 4, 1, 1}, {2, 2, 5, 3, 0, 1},
      {4, 4, 9, 3, 1, 2}, {1, 2, 5, 3, 0, 0}, {5, 2, 1, 1, 2, 2}, {3, 3, 1, 1, 1, 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(::testing::Message() << c.size << " over " << c.in << " by " << c.stride);
    const Window window = {.size = c.size, .stride = c.stride};
    EXPECT_EQ(window.Out(c.in), c.out);
    EXPECT_EQ(window.Before(c.in), c.before);
    EXPECT_EQ(window.After(c.in), c.after);
  }
}

TEST(Window, ValidPaddingIsNoneAndLeavesOutWhatDoesNotFit) {
  const Window window = {.size = 4, .stride = 4, .padding = Padding::kValid};
  EXPECT_EQ(window.Out(9), 2);
  EXPECT_EQ(window.Out(8), 2);
  EXPECT_EQ(window.Out(4), 1);
  EXPECT_EQ(window.Out(3), 0);
  EXPECT_EQ(window.Before(9), 0);
  EXPECT_EQ(window.After(9), 0);
}

TEST(MetaLossRule, ClipsFirstAndThenScales) {
  const MetaLossRule rule = {.low = -2, .high = 3, .slope = 10, .offset = 1};
  EXPECT_EQ(rule(2), 21);
  EXPECT_EQ(rule(4), 31);
  EXPECT_EQ(rule(-5), -19);
  EXPECT_EQ(rule(INFINITY), 31);
  EXPECT_EQ(rule(-INFINITY), -19);
  EXPECT_EQ(rule(NAN), 31);
  EXPECT_EQ(rule.bound(), 31);
}

TEST(MetaLossRule, MayTakeEveryInfinityForTheWorst) {
  const MetaLossRule rule = {.replaces_infinities = true, .low = -2, .high = 3};
  EXPECT_EQ(rule(-INFINITY), 3);
  EXPECT_EQ(rule(INFINITY), 3);
}

TEST(MetaLossRule, TakesTheLogarithmOfTheScaledLoss) {
  const MetaLossRule rule = {.factor = 0.5, .log = true, .low = -12, .high = 1};
  EXPECT_FLOAT_EQ(rule(4), std::log(2.0f));
  EXPECT_FLOAT_EQ(rule(1), std::log(0.5f));
  EXPECT_EQ(rule(0), -12);
  EXPECT_EQ(rule(-1), 1) << "the logarithm of what is negative";
}

TEST(Network, CountsWhatStepsAndEpisodesDraw) {
  Network network;
  network.draws = {{.kind = DrawKind::kNormal, .shape = {2, 3}},
                   {.kind = DrawKind::kNormal, .shape = {}}};
  network.episode_draws = {{.kind = DrawKind::kNormal, .shape = {4}}};
  network.choices = {{.name = "a", .options = {1}}, {.name = "b", .options = {1}}};
  EXPECT_EQ(network.draw_floats(), 7);
  EXPECT_EQ(network.episode_floats(), 6);
}

}  // namespace
}  // namespace paceline
