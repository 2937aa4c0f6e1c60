#include "common/plot/plot_frame.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "common/plot/series_style.h"
#include "common/plot/svg.h"
#include "fmt/format.h"

namespace paceline {
namespace {

struct Ends {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

bool Shown(const CurvePoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

Ends EndsOf(const LinePlot& plot, const std::function<double(const CurvePoint&)>& coordinate) {
  Ends ends;
  for (const Series& series : plot.series) {
    for (const CurvePoint& point : series.points) {
      if (!Shown(point)) continue;
      ends.low = std::min(ends.low, coordinate(point));
      ends.high = std::max(ends.high, coordinate(point));
    }
  }
  if (!(ends.low <= ends.high)) ends = {0.1, 1};
  return ends;
}

// Something to divide by, positive where its logarithm is taken.
Axis AxisOf(Ends ends, std::optional<double> low, std::optional<double> high, bool logarithmic,
            double from, double to) {
  ends.low = low.value_or(ends.low);
  ends.high = high.value_or(ends.high);
  if (logarithmic && ends.low <= 0) ends.low = std::max(ends.high, 1e-9) / 1000;
  if (!(ends.low < ends.high)) {
    ends.high = logarithmic ? ends.low * 2 : ends.low + std::max(1e-9, std::fabs(ends.low) / 10);
  }
  return Axis(ends.low, ends.high, logarithmic, from, to);
}

Axis XAxisOf(const LinePlot& plot, const Box& box) {
  return AxisOf(EndsOf(plot, [](const CurvePoint& p) { return p.x; }), plot.x_low, plot.x_high,
                plot.logarithmic_x, box.left, box.right);
}

Axis YAxisOf(const LinePlot& plot, const Box& box) {
  return AxisOf(EndsOf(plot, [](const CurvePoint& p) { return p.y; }), plot.y_low, plot.y_high,
                plot.logarithmic_y, box.bottom, box.top);
}

// Every other one of many, so that their labels do not touch.
std::vector<Tick> Thinned(std::vector<Tick> ticks, size_t most) {
  const size_t stride = (ticks.size() + most - 1) / most;
  std::vector<Tick> kept;
  for (size_t i = 0; i < ticks.size(); i += std::max<size_t>(stride, 1)) {
    kept.push_back(ticks[i]);
  }
  return kept;
}

std::string Whisker(double x, double low, double high, size_t style) {
  const std::string stroke = SeriesSolid(style, 1.2);
  return SvgLine(x, low, x, high, stroke) + SvgLine(x - 3, low, x + 3, low, stroke) +
         SvgLine(x - 3, high, x + 3, high, stroke);
}

}  // namespace

PlotFrame::PlotFrame(const LinePlot& plot, const Box& box)
    : plot_(plot), box_(box), x_(XAxisOf(plot, box)), y_(YAxisOf(plot, box)) {}

double PlotFrame::X(double x) const {
  if (plot_.logarithmic_x && x <= 0) return box_.left;
  return std::clamp(x_.Place(x), box_.left, box_.right);
}

double PlotFrame::Y(double y) const {
  if (plot_.logarithmic_y && y <= 0) return box_.bottom;
  return std::clamp(y_.Place(y), box_.top, box_.bottom);
}

std::vector<Tick> PlotFrame::XTicks() const {
  if (plot_.x_ticks.empty()) return x_.Ticks();
  std::vector<Tick> ticks;
  for (const double tick : plot_.x_ticks) ticks.push_back({tick, fmt::format("{:.6g}", tick)});
  return ticks;
}

std::string PlotFrame::Axes(bool small) const {
  std::string svg;
  for (const Tick& tick : Thinned(y_.Ticks(), small ? 3 : 9)) {
    const double y = Y(tick.value);
    svg += SvgLine(box_.left, y, box_.right, y, kGridLine);
    svg += SvgText(box_.left - 5, y + 4, "end", tick.label);
  }
  for (const Tick& tick : Thinned(XTicks(), small ? 4 : 10)) {
    const double x = X(tick.value);
    svg += SvgLine(x, box_.bottom, x, box_.bottom + 4, kAxisLine);
    svg += SvgText(x, box_.bottom + (small ? 13 : 17), "middle", tick.label);
  }
  svg += SvgLine(box_.left, box_.bottom, box_.right, box_.bottom, kAxisLine);
  return svg + SvgLine(box_.left, box_.top, box_.left, box_.bottom, kAxisLine);
}

std::string PlotFrame::Grounds() const {
  std::string svg;
  if (plot_.ground) {
    const double from = X(plot_.ground->from), to = X(plot_.ground->to);
    svg += SvgRect(from, box_.top, to - from, box_.height(), "class=\"soft\" fill=\"#eee\"");
    svg += SvgText((from + to) / 2, box_.top + 13, "middle", plot_.ground->title,
                   " font-style=\"italic\" font-size=\"11\"");
  }
  if (plot_.level) {
    svg += SvgLine(box_.left, Y(*plot_.level), box_.right, Y(*plot_.level),
                   "class=\"axis\" stroke=\"#333\" stroke-dasharray=\"4 3\"");
  }
  return svg;
}

std::string PlotFrame::Points(const Series& series) const {
  std::string points;
  double last_y = NAN;
  for (const CurvePoint& point : series.points) {
    if (!Shown(point)) continue;
    const double x = X(point.x), y = Y(point.y);
    if (plot_.kind == LineKind::kStep && std::isfinite(last_y)) {
      points += fmt::format("{:.1f},{:.1f} ", x, last_y);
    }
    points += fmt::format("{:.1f},{:.1f} ", x, y);
    last_y = y;
  }
  return points;
}

std::string PlotFrame::Line(const Series& series, double width) const {
  std::string svg = fmt::format("<polyline points=\"{}\" fill=\"none\" {}/>\n", Points(series),
                                SeriesStroke(series.style, width));
  if (plot_.kind == LineKind::kLine) return svg;
  return svg + (plot_.kind == LineKind::kDots ? Dots(series) : SomeMarkers(series));
}

std::string PlotFrame::Dots(const Series& series) const {
  std::string svg;
  for (const CurvePoint& point : series.points) {
    if (!Shown(point)) continue;
    if (std::isfinite(point.low) && std::isfinite(point.high)) {
      svg += Whisker(X(point.x), Y(point.low), Y(point.high), series.style);
    }
    svg += SeriesMarker(series.style, X(point.x), Y(point.y), series.strong ? 5 : 4);
  }
  return svg;
}

// So many that the line is known without its colour.
std::string PlotFrame::SomeMarkers(const Series& series) const {
  constexpr size_t kMarkers = 6;
  std::string svg;
  const size_t stride = std::max<size_t>(1, series.points.size() / kMarkers);
  // Not all lines at the same places.
  for (size_t i = series.style % stride; i < series.points.size(); i += stride) {
    const CurvePoint& point = series.points[i];
    if (Shown(point)) svg += SeriesMarker(series.style, X(point.x), Y(point.y), 3);
  }
  return svg;
}

double PlotFrame::EndY(const Series& series) const {
  for (size_t i = series.points.size(); i-- > 0;) {
    if (Shown(series.points[i])) return Y(series.points[i].y);
  }
  return box_.bottom;
}

}  // namespace paceline
