#include "common/plot/row_plot.h"

#include <algorithm>
#include <cmath>

#include "common/plot/axis.h"
#include "common/plot/series_style.h"
#include "common/plot/svg.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr double kWidth = 900, kLeft = 270, kRight = 880, kTop = 40, kRow = 24;
constexpr size_t kTitleLetters = 36;
constexpr double kLeastShare = 1.0 / 100;  // of the highest value, on a logarithmic axis

double Bottom(size_t rows) { return kTop + kRow * static_cast<double>(rows); }

std::string Title(const std::string& title) {
  return SvgText(12, 22, "start", title, " font-weight=\"bold\" font-size=\"14\"");
}

// At the left of a row; the whole of a long one is shown when it is pointed at.
std::string RowTitle(const std::string& title, double y, bool strong) {
  const std::string text = SvgText(kLeft - 12, y, "end", Shortened(title, kTitleLetters),
                                   strong ? " font-weight=\"bold\"" : "");
  return fmt::format("<g><title>{}</title>{}</g>\n", XmlEscaped(title), text);
}

Axis AxisOf(const IntervalPlot& plot) {
  double low = plot.level.value_or(0), high = plot.level.value_or(0);
  for (const IntervalRow& row : plot.rows) {
    low = std::min({low, row.low, row.value});
    high = std::max({high, row.high, row.value});
  }
  if (!(high > 0)) high = 1;
  if (plot.logarithmic)
    return Axis(std::max(low, high * kLeastShare), high * 1.1, true, kLeft, kRight);
  return Axis(low, high > low ? high * 1.02 : low + 1, false, kLeft, kRight);
}

double PlaceX(const Axis& axis, bool logarithmic, double value) {
  if (logarithmic && value <= 0) return kLeft;
  return std::clamp(axis.Place(value), kLeft, kRight);
}

std::string IntervalRowSvg(const IntervalPlot& plot, const Axis& axis, const IntervalRow& row,
                           double y) {
  const auto x = [&](double value) { return PlaceX(axis, plot.logarithmic, value); };
  const std::string stroke = SeriesSolid(row.style, row.strong ? 3 : 1.5);
  return RowTitle(row.title, y + 4, row.strong) + SvgLine(x(row.low), y, x(row.high), y, stroke) +
         SvgLine(x(row.low), y - 4, x(row.low), y + 4, stroke) +
         SvgLine(x(row.high), y - 4, x(row.high), y + 4, stroke) +
         SeriesMarker(row.style, x(row.value), y, row.strong ? 6 : 4);
}

std::string XAxis(const Axis& axis, double bottom, const std::string& title) {
  std::string svg = SvgLine(kLeft, bottom, kRight, bottom, kAxisLine);
  for (const Tick& tick : axis.Ticks()) {
    const double x = axis.Place(tick.value);
    svg += SvgLine(x, kTop, x, bottom, kGridLine);
    svg += SvgText(x, bottom + 17, "middle", tick.label);
  }
  return svg + SvgText((kLeft + kRight) / 2, bottom + 38, "middle", title);
}

// Lines across a bar, for who does not see its colour.
std::string Hatched(double x, double y, double width, double height) {
  std::string lines;
  for (double at = x - height; at < x + width; at += 11) {
    lines += SvgLine(at, y + height, at + height, y, "stroke=\"#000\" stroke-width=\"0.7\"");
  }
  return SvgClipped(x, y, width, height, lines);
}

std::string Part(size_t kind, double x, double y, double width, double height, uint32_t count) {
  constexpr std::array<const char*, 3> kFills = {"#0072b2", "#dddddd", "#f3c56b"};
  std::string svg = SvgRect(
      x, y, width, height,
      fmt::format("fill=\"{}\" class=\"axis\" stroke=\"#333\" stroke-width=\"0.7\"", kFills[kind]));
  if (kind == 2) svg += Hatched(x, y, width, height);
  if (kind == 2 && width > 16) {
    svg += SvgRect(x + width / 2 - 9, y + 2, 18, height - 4, "fill=\"#f3c56b\"");
  }
  if (width <= 12) return svg;
  return svg + fmt::format(
                   "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" class=\"own\" "
                   "font-size=\"11\" fill=\"{}\">{}</text>\n",
                   x + width / 2, y + height / 2 + 4, kind == 0 ? "#fff" : "#000", count);
}

std::string TallyRowSvg(const TallyRow& row, double y) {
  const double total = row.counts[0] + row.counts[1] + row.counts[2];
  std::string svg =
      RowTitle(fmt::format("{} ({})", row.title, static_cast<int>(total)), y + 15, false);
  double x = kLeft;
  for (size_t kind = 0; kind < row.counts.size(); ++kind) {
    if (row.counts[kind] == 0) continue;
    const double width = (kRight - kLeft) * row.counts[kind] / total;
    svg += Part(kind, x, y + 3, width, kRow - 6, row.counts[kind]);
    x += width;
  }
  return svg;
}

std::string TallyKey(double y) {
  std::string svg;
  double x = kLeft;
  constexpr std::array<const char*, 3> kNames = {"clear win", "no clear difference", "clear loss"};
  for (size_t kind = 0; kind < kNames.size(); ++kind) {
    svg += Part(kind, x, y, 12, 14, 0) + SvgText(x + 18, y + 12, "start", kNames[kind]);
    x += 170;
  }
  return svg;
}

}  // namespace

std::string DrawIntervalPlot(const IntervalPlot& plot) {
  const Axis axis = AxisOf(plot);
  const double bottom = Bottom(plot.rows.size());
  std::string body = Title(plot.title) + XAxis(axis, bottom, plot.x_title);
  if (plot.level) {
    const double x = PlaceX(axis, plot.logarithmic, *plot.level);
    body +=
        SvgLine(x, kTop - 6, x, bottom, "class=\"axis\" stroke=\"#333\" stroke-dasharray=\"4 3\"");
  }
  for (size_t i = 0; i < plot.rows.size(); ++i) {
    body += IntervalRowSvg(plot, axis, plot.rows[i], kTop + kRow * (static_cast<double>(i) + 0.5));
  }
  return SvgDocument(kWidth, bottom + 50, plot.title, body);
}

std::string DrawTallyPlot(const std::string& title, const std::vector<TallyRow>& rows) {
  std::string body = Title(title);
  for (size_t i = 0; i < rows.size(); ++i) {
    body += TallyRowSvg(rows[i], kTop + kRow * static_cast<double>(i));
  }
  const double bottom = Bottom(rows.size());
  return SvgDocument(kWidth, bottom + 40, title, body + TallyKey(bottom + 14));
}

}  // namespace paceline
