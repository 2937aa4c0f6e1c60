#include "common/plot/line_plot.h"

#include <cmath>
#include <regex>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/plot/well_formed.h"

namespace paceline {
namespace {

using testing::HasSubstr;
using testing::Not;

LinePlot PlotOf(size_t lines, LineKind kind = LineKind::kLine) {
  LinePlot plot{.title = "T", .x_title = "x", .y_title = "y", .kind = kind};
  for (size_t i = 0; i < lines; ++i) {
    const double y = 1 + static_cast<double>(i);
    plot.series.push_back(
        {.title = "line " + std::to_string(i),
         .style = i,
         .points = {{1, y, y - 0.5, y + 0.5}, {10, y + 1, y, y + 2}, {100, y, y, y}}});
  }
  return plot;
}

// Heights of what is written at the ends of the lines.
std::vector<double> LabelHeights(const std::string& svg) {
  std::vector<double> heights;
  const std::regex label("y=\"([0-9.]+)\" text-anchor=\"start\"[^>]*>line [0-9]+<");
  for (std::sregex_iterator match(svg.begin(), svg.end(), label), end; match != end; ++match) {
    heights.push_back(std::stod((*match)[1]));
  }
  return heights;
}

TEST(LinePlotTest, EveryKindIsWellFormedWhateverItsPoints) {
  for (const LineKind kind : {LineKind::kLine, LineKind::kStep, LineKind::kDots}) {
    for (LinePlot plot : {PlotOf(0, kind), PlotOf(1, kind), PlotOf(12, kind)}) {
      EXPECT_TRUE(IsWellFormedXml(DrawLinePlot(plot)));
      plot.logarithmic_x = plot.logarithmic_y = true;
      plot.level = 1;
      plot.ground = LinePlot::Ground{2, 20, "<trained>"};
      EXPECT_TRUE(IsWellFormedXml(DrawLinePlot(plot)));
    }
  }
}

TEST(LinePlotTest, PointsThatCannotBeShownMakeNoNumberThatIsNone) {
  LinePlot plot = PlotOf(1, LineKind::kDots);
  plot.series[0].points = {
      {1, NAN, 0, 0}, {2, INFINITY, 0, 0}, {0, -1, NAN, 2}, {3, 0, -INFINITY, 1}};
  for (const bool logarithmic : {false, true}) {
    plot.logarithmic_x = plot.logarithmic_y = logarithmic;
    const std::string svg = DrawLinePlot(plot);
    EXPECT_TRUE(IsWellFormedXml(svg));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
  }
}

TEST(LinePlotTest, NamesStandAtTheEndsOfTheLinesAndDoNotTouch) {
  LinePlot plot = PlotOf(12);
  for (Series& series : plot.series) series.points.back().y = 3;  // all end in one point
  std::vector<double> heights = LabelHeights(DrawLinePlot(plot));
  ASSERT_EQ(heights.size(), 12u);
  std::sort(heights.begin(), heights.end());
  for (size_t i = 1; i < heights.size(); ++i) EXPECT_GE(heights[i] - heights[i - 1], 15);
}

TEST(LinePlotTest, EveryStyleHasDashesOfItsOwn) {
  const std::string svg = DrawLinePlot(PlotOf(12));
  std::set<std::string> dashes;
  const std::regex line("<polyline [^>]*stroke-dasharray=\"([^\"]*)\"");
  for (std::sregex_iterator match(svg.begin(), svg.end(), line), end; match != end; ++match) {
    dashes.insert((*match)[1]);
  }
  EXPECT_EQ(dashes.size(), 11u);  // and one without
}

TEST(LinePlotTest, StepsAreLevelBetweenPoints) {
  LinePlot plot = PlotOf(1, LineKind::kStep);
  plot.series[0].points = {{0, 0}, {1, 1}};
  const std::string svg = DrawLinePlot(plot);
  const std::smatch match = [&] {
    std::smatch found;
    std::regex_search(svg, found,
                      std::regex("polyline points=\"[0-9.]+,([0-9.]+) ([0-9.]+),([0-9.]+) "
                                 "([0-9.]+),([0-9.]+) \""));
    return found;
  }();
  ASSERT_FALSE(match.empty());
  EXPECT_EQ(match[1], match[3]);  // level
  EXPECT_EQ(match[2], match[4]);  // then up
}

TEST(SmallPlotsTest, EveryPlotHasItsWholeTitleAndTheKeyItsLetters) {
  const std::string title(80, 'x');
  const std::string svg = DrawSmallPlots({{title, "1000 steps", PlotOf(3)}, {"<b>", "", PlotOf(0)}},
                                         PlotOf(3).series, "all");
  EXPECT_TRUE(IsWellFormedXml(svg));
  EXPECT_THAT(svg, HasSubstr("<title>" + title + "</title>"));
  EXPECT_THAT(svg, HasSubstr(">A</text>"));
  EXPECT_THAT(svg, HasSubstr(">line 2</text>"));
  EXPECT_EQ(StyleLetter(2), "C");
}

}  // namespace
}  // namespace paceline
