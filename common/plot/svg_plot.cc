#include "common/plot/svg_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/plot/axis.h"
#include "common/plot/series_style.h"
#include "common/plot/svg.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// Of a panel without its legend, which stands below, in two columns.
constexpr int kPanelWidth = 520, kPanelHeight = 380;
constexpr int kLeft = 64, kRight = 16, kTop = 34, kBottom = 48;
constexpr int kLegendLine = 17, kLegendColumns = 2, kLegendGap = 6;
constexpr int kPanelsPerRow = 2;
constexpr double kLogarithmicFrom = 30;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void Add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  // Something to divide by, whatever was added.
  void Widen() {
    if (!(low <= high)) low = 0, high = 1;
    if (low == high) low -= 0.5, high += 0.5;
  }
};

// Lowest and highest y worth showing: all that lies below the highest start and a little more.
Range ShownY(const Panel& panel) {
  Range all, starts;
  for (const Curve& curve : panel.curves) {
    for (const CurvePoint& point : curve.points) all.Add(point.y);
    if (!curve.points.empty()) starts.Add(curve.points.front().y);
  }
  if (starts.low <= starts.high && !panel.whole) {
    all.high = std::min(all.high, starts.high + 0.1 * std::fabs(starts.high - all.low));
  }
  all.Widen();
  // Room for the band below the lowest mean, on either kind of axis.
  all.low -=
      all.low > 0 ? 0.1 * std::min(all.low, all.high - all.low) : 0.05 * (all.high - all.low);
  return all;
}

// Draws one panel with its upper left corner at the origin.
class PanelDrawer {
 public:
  PanelDrawer(const Panel& panel, int number)
      : panel_(panel), number_(number), y_range_(ShownY(panel)) {
    for (const Curve& curve : panel.curves) {
      for (const CurvePoint& point : curve.points) x_range_.Add(point.x);
    }
    if (panel.logarithmic_x && x_range_.low == x_range_.high) x_range_.high *= 2;
    x_range_.Widen();
    logarithmic_ = y_range_.low > 0 && y_range_.high / y_range_.low > kLogarithmicFrom;
  }

  std::string Draw() const {
    std::string svg = SvgText(kLeft, kTop - 12, "start", panel_.title, " font-weight=\"bold\"");
    svg += Axes();
    svg += fmt::format(
        "<clipPath id=\"panel{}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n"
        "<g clip-path=\"url(#panel{})\">\n",
        number_, kLeft, kTop, kPanelWidth - kLeft - kRight, kPanelHeight - kTop - kBottom, number_);
    for (size_t i = panel_.curves.size(); i-- > 0;) svg += Band(i);
    for (size_t i = panel_.curves.size(); i-- > 0;) svg += Mean(i);
    return svg + "</g>\n" + Legend();
  }

 private:
  Axis X() const {
    return Axis(x_range_.low, x_range_.high, panel_.logarithmic_x, kLeft, kPanelWidth - kRight);
  }
  Axis Y() const {
    return Axis(y_range_.low, y_range_.high, logarithmic_, kPanelHeight - kBottom, kTop);
  }
  double PlaceY(double y) const {
    return Y().Place(logarithmic_ ? std::max(y, y_range_.low / 10) : y);
  }

  std::string Axes() const {
    const double bottom = kPanelHeight - kBottom, right = kPanelWidth - kRight;
    std::string svg;
    for (const Tick& tick : Y().Ticks()) {
      const double y = Y().Place(tick.value);
      svg += SvgLine(kLeft, y, right, y, kGridLine);
      svg += SvgText(kLeft - 6, y + 4, "end", tick.label);
    }
    for (const Tick& tick : X().Ticks()) {
      const double x = X().Place(tick.value);
      svg += SvgLine(x, bottom, x, bottom + 4, kAxisLine);
      svg += SvgText(x, bottom + 17, "middle", tick.label);
    }
    svg += SvgLine(kLeft, bottom, right, bottom, kAxisLine);
    svg += SvgLine(kLeft, kTop, kLeft, bottom, kAxisLine);
    svg += SvgText((kLeft + right) / 2, bottom + 36, "middle", panel_.x_title);
    const double middle = (kTop + bottom) / 2;
    return svg + SvgText(16, middle, "middle", panel_.y_title,
                         fmt::format(" transform=\"rotate(-90 16 {:.1f})\"", middle));
  }

  std::string Mean(size_t i) const {
    std::string points;
    for (const CurvePoint& point : panel_.curves[i].points) {
      if (!std::isfinite(point.y)) continue;
      points += fmt::format("{:.1f},{:.1f} ", X().Place(point.x), PlaceY(point.y));
    }
    return fmt::format("<polyline points=\"{}\" fill=\"none\" {}/>\n", points,
                       SeriesStroke(i, i == 0 ? 2.5 : 1.5));
  }

  std::string Band(size_t i) const {
    std::string there, back;
    for (const CurvePoint& point : panel_.curves[i].points) {
      if (!std::isfinite(point.low) || !std::isfinite(point.high)) continue;
      const double x = X().Place(point.x);
      there += fmt::format("{:.1f},{:.1f} ", x, PlaceY(point.high));
      back.insert(0, fmt::format("{:.1f},{:.1f} ", x, PlaceY(point.low)));
    }
    return fmt::format("<polygon points=\"{}{}\" {} fill-opacity=\"0.15\"/>\n", there, back,
                       SeriesFill(i));
  }

  // Below the axes, where no curve runs.
  std::string Legend() const {
    std::string svg;
    constexpr int kColumnWidth = (kPanelWidth - kLeft) / kLegendColumns;
    for (size_t i = 0; i < panel_.curves.size(); ++i) {
      const double x = kLeft + kColumnWidth * static_cast<double>(i % kLegendColumns);
      const size_t row = i / kLegendColumns;
      const double y = kPanelHeight + kLegendGap + kLegendLine * static_cast<double>(row);
      svg += SvgLine(x, y - 4, x + 24, y - 4, SeriesStroke(i, i == 0 ? 3 : 2));
      svg += SvgText(x + 28, y, "start", panel_.curves[i].title);
    }
    return svg;
  }

  const Panel& panel_;
  const int number_;
  Range x_range_;
  Range y_range_;
  bool logarithmic_ = false;
};

// Of the panel with most curves.
int LegendHeight(const std::vector<Panel>& panels) {
  size_t curves = 0;
  for (const Panel& panel : panels) curves = std::max(curves, panel.curves.size());
  return kLegendLine * static_cast<int>((curves + kLegendColumns - 1) / kLegendColumns) +
         2 * kLegendGap;
}

}  // namespace

std::string DrawSvg(const std::vector<Panel>& panels) {
  const int count = static_cast<int>(panels.size());
  const int panel_height = kPanelHeight + LegendHeight(panels);
  const int width = kPanelWidth * std::clamp(count, 1, kPanelsPerRow);
  const int height = panel_height * std::max(1, (count + kPanelsPerRow - 1) / kPanelsPerRow);
  std::string body;
  for (int i = 0; i < count; ++i) {
    const int row = i / kPanelsPerRow;
    body += SvgGroup(kPanelWidth * (i % kPanelsPerRow), panel_height * row,
                     PanelDrawer(panels[i], i).Draw());
  }
  return SvgDocument(width, height, panels.empty() ? "" : panels.front().title, body);
}

}  // namespace paceline
