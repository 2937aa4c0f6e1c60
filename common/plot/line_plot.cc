#include "common/plot/line_plot.h"

#include <algorithm>
#include <numeric>

#include "common/plot/plot_frame.h"
#include "common/plot/series_style.h"
#include "common/plot/svg.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr double kWidth = 900, kHeight = 440;
constexpr Box kBox = {.left = 68, .right = 596, .top = 36, .bottom = 388};
constexpr double kLabelGap = 17;
constexpr size_t kLabelLetters = 36;

constexpr double kSmallWidth = 222, kSmallHeight = 172;
constexpr Box kSmallBox = {.left = 40, .right = 200, .top = 34, .bottom = 146};
constexpr size_t kSmallPerRow = 4;
constexpr size_t kKeyPerRow = 3;
constexpr double kKeyLine = 19;
constexpr size_t kSmallLetters = 32;

// Wanted heights, moved so that neighbours are a gap apart and all stay within the box.
std::vector<double> Spread(std::vector<double> wanted, const std::vector<size_t>& order,
                           const Box& box, double gap) {
  double least = box.top + 6;
  for (const size_t i : order) {
    wanted[i] = std::max(wanted[i], least);
    least = wanted[i] + gap;
  }
  double most = box.bottom + 10;
  for (size_t k = order.size(); k-- > 0;) {
    wanted[order[k]] = std::min(wanted[order[k]], most);
    most = wanted[order[k]] - gap;
  }
  return wanted;
}

std::vector<double> LabelPlaces(const PlotFrame& frame, const std::vector<Series>& series,
                                double gap) {
  std::vector<double> wanted;
  wanted.reserve(series.size());
  for (const Series& one : series) wanted.push_back(frame.EndY(one));
  std::vector<size_t> order(series.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return wanted[a] < wanted[b]; });
  return Spread(wanted, order, frame.box(), gap);
}

// The last series lies lowest.
std::string Lines(const PlotFrame& frame, const LinePlot& plot, double thin, double thick) {
  std::string svg;
  for (size_t i = plot.series.size(); i-- > 0;) {
    svg += frame.Line(plot.series[i], plot.series[i].strong ? thick : thin);
  }
  return svg;
}

// From the end of each line to its name, with a piece of the line.
std::string Labels(const PlotFrame& frame, const LinePlot& plot) {
  const std::vector<double> places = LabelPlaces(frame, plot.series, kLabelGap);
  std::string svg;
  for (size_t i = 0; i < plot.series.size(); ++i) {
    const Series& series = plot.series[i];
    const double x = frame.box().right, y = places[i];
    svg += SvgLine(x + 2, frame.EndY(series), x + 14, y, "class=\"grid\" stroke=\"#bbb\"");
    svg += SvgLine(x + 16, y, x + 58, y, SeriesStroke(series.style, series.strong ? 3 : 2));
    svg += SeriesMarker(series.style, x + 37, y, 3.5);
    svg += SvgText(x + 64, y + 4, "start", Shortened(series.title, kLabelLetters),
                   series.strong ? " font-weight=\"bold\"" : "");
  }
  return svg;
}

std::string Letters(const PlotFrame& frame, const LinePlot& plot) {
  const std::vector<double> places = LabelPlaces(frame, plot.series, 9);
  std::string svg;
  for (size_t i = 0; i < plot.series.size(); ++i) {
    const size_t style = plot.series[i].style;
    svg += SvgText(frame.box().right + 4, places[i] + 3, "start", StyleLetter(style),
                   " font-size=\"9\" font-weight=\"bold\" " + SeriesFill(style));
  }
  return svg;
}

std::string Titles(const LinePlot& plot) {
  const double middle = (kBox.top + kBox.bottom) / 2;
  return SvgText(kBox.left, kBox.top - 14, "start", plot.title,
                 " font-weight=\"bold\" font-size=\"14\"") +
         SvgText((kBox.left + kBox.right) / 2, kBox.bottom + 38, "middle", plot.x_title) +
         SvgText(18, middle, "middle", plot.y_title,
                 fmt::format(" transform=\"rotate(-90 18 {:.1f})\"", middle));
}

std::string SmallSvg(const SmallPlot& small) {
  const PlotFrame frame(small.plot, kSmallBox);
  return fmt::format("<g><title>{}</title>\n", XmlEscaped(small.title)) +
         SvgText(6, 13, "start", Shortened(small.title, kSmallLetters),
                 " font-weight=\"bold\" font-size=\"10\"") +
         SvgText(6, 26, "start", Shortened(small.subtitle, kSmallLetters + 4),
                 " font-size=\"10\"") +
         fmt::format("<g font-size=\"9\">\n{}</g>\n", frame.Axes(true)) + frame.Grounds() +
         Lines(frame, small.plot, 1.2, 2) + Letters(frame, small.plot) + "</g>\n";
}

// Place of item i where so many stand in a row.
double RowOf(size_t i, size_t per_row) {
  const size_t row = i / per_row;
  return static_cast<double>(row);
}

double ColumnOf(size_t i, size_t per_row) { return static_cast<double>(i % per_row); }

double Rows(size_t count, size_t per_row) { return RowOf(count + per_row - 1, per_row); }

std::string Key(const std::vector<Series>& key) {
  std::string svg;
  for (size_t i = 0; i < key.size(); ++i) {
    const double x = 8 + kSmallWidth * kSmallPerRow / kKeyPerRow * ColumnOf(i, kKeyPerRow);
    const double y = 14 + kKeyLine * RowOf(i, kKeyPerRow);
    svg += SvgText(x, y + 4, "start", StyleLetter(key[i].style), " font-weight=\"bold\"");
    svg += SvgLine(x + 16, y, x + 52, y, SeriesStroke(key[i].style, key[i].strong ? 3 : 2));
    svg += SvgText(x + 58, y + 4, "start", Shortened(key[i].title, kLabelLetters),
                   key[i].strong ? " font-weight=\"bold\"" : "");
  }
  return svg;
}

}  // namespace

std::string StyleLetter(size_t style) {
  if (style == kNeutralStyle) return "*";
  return std::string(1, static_cast<char>('A' + style % 26));
}

std::string DrawLinePlot(const LinePlot& plot) {
  const PlotFrame frame(plot, kBox);
  return SvgDocument(kWidth, kHeight, plot.title,
                     Titles(plot) + frame.Grounds() + frame.Axes(false) +
                         Lines(frame, plot, 1.8, 3) + Labels(frame, plot));
}

std::string DrawSmallPlots(const std::vector<SmallPlot>& plots, const std::vector<Series>& key,
                           const std::string& title) {
  std::string body = Key(key);
  const double top = kKeyLine * Rows(key.size(), kKeyPerRow) + 10;
  for (size_t i = 0; i < plots.size(); ++i) {
    body += SvgGroup(kSmallWidth * ColumnOf(i, kSmallPerRow),
                     top + kSmallHeight * RowOf(i, kSmallPerRow), SmallSvg(plots[i]));
  }
  return SvgDocument(kSmallWidth * kSmallPerRow,
                     top + kSmallHeight * Rows(plots.size(), kSmallPerRow) + 4, title, body);
}

}  // namespace paceline
