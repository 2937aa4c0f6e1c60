#include "common/plot/heat_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/plot/svg.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr double kLeft = 110, kTop = 62, kCellWidth = 74, kCellHeight = 40, kBottom = 66;
constexpr double kLeastWidth = 480;

// From 0, the darkest, to 1: one hue, lightness alone.
std::string Ground(double place) {
  constexpr std::array<double, 3> kDark = {8, 48, 107}, kLight = {247, 251, 255};
  std::array<int, 3> mixed{};
  for (size_t i = 0; i < mixed.size(); ++i) {
    mixed[i] = static_cast<int>(kDark[i] + place * (kLight[i] - kDark[i]));
  }
  return fmt::format("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2]);
}

double PlaceOf(const HeatMap& map, double value) {
  if (value <= map.low) return 0;
  return std::min(std::log(value / map.low) / std::log(map.high / map.low), 1.0);
}

std::string CellSvg(const HeatMap& map, const HeatCell& cell, double x, double y) {
  if (!cell.value) return SvgText(x + kCellWidth / 2, y + kCellHeight / 2 + 4, "middle", "–");
  const double place = PlaceOf(map, *cell.value);
  const bool framed = *cell.value >= map.framed_from;
  std::string svg =
      SvgRect(x + 1.5, y + 1.5, kCellWidth - 3, kCellHeight - 3,
              fmt::format("fill=\"{}\" class=\"axis\" stroke=\"#333\" stroke-width=\"{}\"",
                          Ground(place), framed ? 3 : 0.5));
  const char* ink = place < 0.55 ? "#fff" : "#000";
  return svg + fmt::format(
                   "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" class=\"own\" "
                   "fill=\"{}\">{}{:.2f}</text>\n",
                   x + kCellWidth / 2, y + kCellHeight / 2 + 4, ink, cell.failed ? "✗ " : "",
                   *cell.value);
}

std::string Cells(const HeatMap& map) {
  std::string svg;
  for (size_t row = 0; row < map.cells.size(); ++row) {
    const double y = kTop + kCellHeight * static_cast<double>(row);
    svg += SvgText(kLeft - 8, y + kCellHeight / 2 + 4, "end", map.rows[row]);
    for (size_t column = 0; column < map.cells[row].size(); ++column) {
      svg +=
          CellSvg(map, map.cells[row][column], kLeft + kCellWidth * static_cast<double>(column), y);
    }
  }
  return svg;
}

std::string ColumnNames(const HeatMap& map, double bottom) {
  std::string svg;
  for (size_t i = 0; i < map.columns.size(); ++i) {
    const bool marked = i < map.marked_columns.size() && map.marked_columns[i];
    svg += SvgText(kLeft + kCellWidth * (static_cast<double>(i) + 0.5), bottom + 16, "middle",
                   map.columns[i] + (marked ? " *" : ""));
  }
  return svg;
}

}  // namespace

std::string DrawHeatMap(const HeatMap& map) {
  const double right = kLeft + kCellWidth * static_cast<double>(map.columns.size());
  const double bottom = kTop + kCellHeight * static_cast<double>(map.rows.size());
  std::string body = SvgText(12, 22, "start", map.title, " font-weight=\"bold\" font-size=\"14\"");
  body += SvgText(12, 46, "start", map.y_title);
  body += Cells(map) + ColumnNames(map, bottom);
  body += SvgText((kLeft + right) / 2, bottom + 36, "middle", map.x_title);
  if (!map.mark.empty()) body += SvgText(kLeft, bottom + 56, "start", "* " + map.mark);
  return SvgDocument(std::max(right + 16, kLeastWidth), bottom + kBottom, map.title, body);
}

}  // namespace paceline
