#include "common/plot/svg_plot.h"

#include <limits>
#include <regex>
#include <string>

#include "common/plot/axis.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/plot/well_formed.h"

namespace paceline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> Labels(const Axis& axis) {
  std::vector<std::string> labels;
  for (const Tick& tick : axis.Ticks()) labels.push_back(tick.label);
  return labels;
}

Panel PanelOf(const std::vector<double>& values) {
  Panel panel{.title = "Loss", .x_title = "inner step", .y_title = "training loss"};
  Curve curve{.title = "Adam"};
  for (size_t i = 0; i < values.size(); ++i) {
    curve.points.push_back({.x = static_cast<double>(i),
                            .y = values[i],
                            .low = values[i] - 0.1,
                            .high = values[i] + 0.1});
  }
  panel.curves.push_back(curve);
  return panel;
}

TEST(AxisTest, TicksAreRoundNumbers) {
  EXPECT_THAT(Labels(Axis(0, 1000, false, 0, 1)),
              ElementsAre("0", "200", "400", "600", "800", "1000"));
  EXPECT_THAT(Labels(Axis(0.41, 2.3, false, 0, 1)), ElementsAre("0.5", "1", "1.5", "2"));
}

TEST(AxisTest, LogarithmicTicksAreDecadesWithTheir2And5Folds) {
  EXPECT_THAT(Labels(Axis(0.15, 3, true, 0, 1)), ElementsAre("0.2", "0.5", "1", "2"));
  EXPECT_THAT(Labels(Axis(1e-4, 1, true, 0, 1)),
              ElementsAre("0.0001", "0.001", "0.01", "0.1", "1"));
}

TEST(AxisTest, PlacesRunFromEndToEnd) {
  const Axis linear(10, 20, false, 100, 0);
  EXPECT_EQ(linear.Place(10), 100);
  EXPECT_EQ(linear.Place(15), 50);
  EXPECT_NEAR(Axis(1, 100, true, 0, 200).Place(10), 100, 1e-9);
}

TEST(SvgPlotTest, IsWellFormed) {
  EXPECT_TRUE(IsWellFormedXml(DrawSvg({PanelOf({2, 1, 0.5}), PanelOf({3, 2}), PanelOf({1, 1})})));
}

TEST(SvgPlotTest, SpecialCharactersInTitlesStayWellFormed) {
  Panel panel = PanelOf({2, 1});
  panel.title = "a < b & \"c\" > d";
  panel.curves[0].title = "</svg>";
  EXPECT_TRUE(IsWellFormedXml(DrawSvg({panel})));
}

TEST(SvgPlotTest, NothingAndValuesThatAreNotFiniteStillMakeAPicture) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& panels : std::vector<std::vector<Panel>>{
           {}, {PanelOf({})}, {PanelOf({1})}, {PanelOf({nan, nan})}, {PanelOf({1, nan, 1e300})}}) {
    const std::string svg = DrawSvg(panels);
    EXPECT_TRUE(IsWellFormedXml(svg));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
  }
}

TEST(SvgPlotTest, EachCurveHasALineABandAndALegend) {
  const std::string svg = DrawSvg({PanelOf({2, 1})});
  EXPECT_THAT(svg, HasSubstr("<polyline"));
  EXPECT_THAT(svg, HasSubstr("<polygon"));
  EXPECT_THAT(svg, HasSubstr(">Adam</text>"));
  EXPECT_THAT(svg, HasSubstr(">inner step</text>"));
}

TEST(SvgPlotTest, TheLegendLiesBelowTheAxes) {
  Panel panel = PanelOf({2, 1});
  for (int i = 0; i < 6; ++i) panel.curves.push_back(Curve{"curve " + std::to_string(i)});
  const std::string svg = DrawSvg({panel});
  const std::regex text("y=\"([0-9.]+)\" text-anchor=\"[a-z]+\">([^<]+)<");
  double axis_title = 0, lowest = 0;
  for (std::sregex_iterator match(svg.begin(), svg.end(), text), end; match != end; ++match) {
    const double y = std::stod((*match)[1]);
    if ((*match)[2] == "inner step") axis_title = y;
    if ((*match)[2] == "Adam") {
      EXPECT_GT(y, axis_title);
    }
    lowest = std::max(lowest, y);
  }
  const size_t height = svg.find("height=\"") + 8;
  EXPECT_GT(axis_title, 0);
  EXPECT_LT(lowest, std::stod(svg.substr(height)));
}

TEST(SvgPlotTest, ACurveThatShootsUpDoesNotFlattenTheOthers) {
  const std::string svg = DrawSvg({PanelOf({2, 1, 1e6})});
  EXPECT_THAT(svg, HasSubstr(">2</text>"));
  EXPECT_THAT(svg, Not(HasSubstr(">200000</text>")));
}

TEST(SvgPlotTest, AWideRangeOfPositiveValuesIsLogarithmic) {
  EXPECT_THAT(DrawSvg({PanelOf({100, 10, 1})}), HasSubstr(">50</text>"));
  EXPECT_THAT(DrawSvg({PanelOf({4, 2, 1})}), HasSubstr(">3</text>"));
}

}  // namespace
}  // namespace paceline
