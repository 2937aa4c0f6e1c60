// Lines with their names at their ends: curves, profiles, studies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/plot/svg_plot.h"

namespace paceline {

enum class LineKind {
  kLine,  // from point to point
  kStep,  // level from each point's x to the next one's, with a few markers
  kDots,  // a line with a marker and the bar from low to high at each point
};

struct Series {
  std::string title{};
  size_t style = 0;                  // series_style.h
  std::vector<CurvePoint> points{};  // by rising x; low and high matter to kDots alone
  bool strong = false;               // drawn thicker
};

struct LinePlot {
  std::string title{};
  std::string x_title{};
  std::string y_title{};
  LineKind kind = LineKind::kLine;
  std::vector<Series> series{};
  bool logarithmic_x = false, logarithmic_y = false;  // all of it is positive
  // What the axes show; empty: all points.
  std::optional<double> x_low{}, x_high{}, y_low{}, y_high{};
  std::optional<double> level{};  // a line across, at this y
  // Ground behind x from..to, and what it means.
  struct Ground {
    double from = 0, to = 0;
    std::string title;
  };
  std::optional<Ground> ground{};
  std::vector<double> x_ticks{};  // empty: round numbers
};

// A picture. Points that are not finite are left out; what lies beyond the axes is drawn at their
// edge.
std::string DrawLinePlot(const LinePlot& plot);

// Many small plots side by side, which share one key: the letter at each line's end.
struct SmallPlot {
  std::string title;  // clipped to its width
  std::string subtitle;
  LinePlot plot;  // titles of its axes are left out
};
// `key` has the name of each style, above the plots.
std::string DrawSmallPlots(const std::vector<SmallPlot>& plots, const std::vector<Series>& key,
                           const std::string& title);
// The letter of a style: A, B, ...; "*" of kNeutralStyle.
std::string StyleLetter(size_t style);

}  // namespace paceline
