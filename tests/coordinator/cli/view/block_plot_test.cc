#include "coordinator/cli/view/block_plot.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace paceline {
namespace {

using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(BlockPlotTest, RisesFromTheLowestToTheHighestLevel) {
  const std::vector<double> values = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_THAT(DrawBlockPlot(values, 8, 1).lines, ElementsAre("▁▂▃▄▅▆▇█"));
}

TEST(BlockPlotTest, TallBarsGoOnInTheLineAbove) {
  const std::vector<double> values = {0, 15};
  EXPECT_THAT(DrawBlockPlot(values, 2, 2).lines, ElementsAre(" █", "▁█"));
}

TEST(BlockPlotTest, AColumnIsTheMeanOfItsShare) {
  const std::vector<double> values = {0, 2, 6, 8};
  const BlockPlot plot = DrawBlockPlot(values, 2, 1);
  EXPECT_THAT(plot.lines, ElementsAre("▁█"));
  EXPECT_EQ(plot.low, 1);
  EXPECT_EQ(plot.high, 7);
}

TEST(BlockPlotTest, ValuesThatAreNotFiniteLeaveAGap) {
  const std::vector<double> values = {1, kNan, 2};
  EXPECT_THAT(DrawBlockPlot(values, 3, 1).lines, ElementsAre("▁ █"));
}

TEST(BlockPlotTest, EqualValuesAreFlat) {
  const std::vector<double> values = {3, 3};
  EXPECT_THAT(DrawBlockPlot(values, 2, 1).lines, ElementsAre("▁▁"));
}

TEST(BlockPlotTest, NothingGivesEmptyLines) {
  EXPECT_THAT(DrawBlockPlot({}, 10, 2).lines, ElementsAre("", ""));
}

TEST(BarTest, FillsByEighthsOfAColumn) {
  EXPECT_EQ(DrawBar(0, 2), "[  ]");
  EXPECT_EQ(DrawBar(0.25, 2), "[▌ ]");
  EXPECT_EQ(DrawBar(0.75, 2), "[█▌]");
  EXPECT_EQ(DrawBar(1, 2), "[██]");
}

TEST(BarTest, FractionsOutOfRangeAreClamped) {
  EXPECT_EQ(DrawBar(-1, 1), "[ ]");
  EXPECT_EQ(DrawBar(7, 1), "[█]");
  EXPECT_EQ(DrawBar(kNan, 1), "[ ]");
}

}  // namespace
}  // namespace paceline
