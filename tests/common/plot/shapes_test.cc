// Heat maps, rows, and pictures of points.
#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "common/plot/heat_map.h"
#include "common/plot/png.h"
#include "common/plot/row_plot.h"
#include "common/plot/svg.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/plot/well_formed.h"

namespace paceline {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SvgTest, TextIsEscapedAndShortenedByLetters) {
  EXPECT_EQ(XmlEscaped("<&>\"'\x01\n"), "&lt;&amp;&gt;&quot;&#39;\xEF\xBF\xBD\n");
  EXPECT_EQ(Shortened("μμμ", 3), "μμμ");
  EXPECT_EQ(Shortened("μμμ", 2), "μμ…");
}

HeatMap MapOf(std::vector<std::vector<HeatCell>> cells) {
  HeatMap map{.title = "<speed-up>", .x_title = "width", .y_title = "steps"};
  for (size_t i = 0; i < cells.front().size(); ++i) map.columns.push_back(std::to_string(i));
  for (size_t i = 0; i < cells.size(); ++i) map.rows.push_back(std::to_string(i));
  map.cells = std::move(cells);
  return map;
}

TEST(HeatMapTest, EveryCellHasItsNumber) {
  const std::string svg = DrawHeatMap(MapOf({{{0.5, false}, {2, false}}, {{0, true}, {}}}));
  EXPECT_TRUE(IsWellFormedXml(svg));
  for (const char* text : {">0.50<", ">2.00<", ">✗ 0.00<", ">–<"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

// Grey values of the cells: the lower the darker.
TEST(HeatMapTest, LightnessFollowsTheValue) {
  const auto ground = [](double value) {
    const std::string svg = DrawHeatMap(MapOf({{{value, false}}}));
    const size_t at = svg.find("fill=\"#", svg.find("<rect", svg.find("class=\"page\"") + 1)) + 7;
    return std::stoi(svg.substr(at, 2), nullptr, 16);
  };
  EXPECT_LT(ground(0), ground(0.2));
  EXPECT_LT(ground(0.2), ground(1));
  EXPECT_LT(ground(1), ground(4));
  EXPECT_EQ(ground(8), ground(100));
}

TEST(RowPlotTest, IntervalsAreWellFormedOnBothKindsOfAxis) {
  IntervalPlot plot{.title = "T", .x_title = "x", .level = 1};
  EXPECT_TRUE(IsWellFormedXml(DrawIntervalPlot(plot)));
  plot.rows = {{.title = "<a>", .value = 0.7, .low = 0.6, .high = 0.8, .strong = true},
               {.title = "zero", .value = 0, .low = 0, .high = 0}};
  for (const bool logarithmic : {false, true}) {
    plot.logarithmic = logarithmic;
    const std::string svg = DrawIntervalPlot(plot);
    EXPECT_TRUE(IsWellFormedXml(svg));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
  }
}

TEST(RowPlotTest, TalliesShowTheirCounts) {
  const std::string svg = DrawTallyPlot("<T>", {{"image MLP", {3, 0, 7}}, {"none", {0, 0, 0}}});
  EXPECT_TRUE(IsWellFormedXml(svg));
  EXPECT_THAT(svg, HasSubstr(">image MLP (10)<"));
  EXPECT_THAT(svg, HasSubstr(">3</text>"));
  EXPECT_THAT(svg, HasSubstr(">7</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(PngTest, APictureOfPointsIsMadeWhereRsvgConvertIs) {
  if (!SvgRasterizer()) GTEST_SKIP() << "rsvg-convert is not on PATH";
  const std::string svg = testing::TempDir() + "png_test.svg",
                    png = testing::TempDir() + "png_test.png";
  std::ofstream(svg) << DrawTallyPlot("T", {{"a", {1, 2, 3}}});
  ASSERT_TRUE(ConvertToPng(svg, png).ok());
  EXPECT_TRUE(ReadFile(png)->starts_with("\x89PNG"));
  std::ofstream(svg) << "no picture";
  EXPECT_THAT(std::string(ConvertToPng(svg, png).message()), HasSubstr("could not convert"));
}

TEST(PngTest, WithoutRsvgConvertTheMessageTellsHowToGetIt) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "", 1);
  const absl::Status status = ConvertToPng("a.svg", "a.png");
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("apt-get install librsvg2-bin"));
}

}  // namespace
}  // namespace paceline
