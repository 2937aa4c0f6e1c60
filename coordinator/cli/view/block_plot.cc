#include "coordinator/cli/view/block_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace paceline {
namespace {

constexpr std::array<std::string_view, 9> kFromBelow = {" ", "▁", "▂", "▃", "▄",
                                                        "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 9> kFromLeft = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

// Means of `columns` equal shares; NaN where a share has no finite value.
std::vector<double> ColumnMeans(std::span<const double> values, size_t columns) {
  std::vector<double> means;
  for (size_t column = 0; column < columns; ++column) {
    const size_t begin = column * values.size() / columns;
    const size_t end = (column + 1) * values.size() / columns;
    double sum = 0;
    int count = 0;
    for (const double value : values.subspan(begin, end - begin)) {
      if (!std::isfinite(value)) continue;
      sum += value;
      ++count;
    }
    means.push_back(count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN());
  }
  return means;
}

// Eighths of a line that a bar reaches; the lowest value still shows one.
int Level(double value, const BlockPlot& plot, int rows) {
  if (!std::isfinite(value)) return 0;
  const double range = plot.high - plot.low;
  if (!(range > 0)) return 1;
  return 1 + static_cast<int>(std::lround((value - plot.low) / range * (8 * rows - 1)));
}

}  // namespace

BlockPlot DrawBlockPlot(std::span<const double> values, int columns, int rows) {
  const size_t count = std::min(values.size(), static_cast<size_t>(std::max(columns, 0)));
  const std::vector<double> means = ColumnMeans(values, count);
  BlockPlot plot{.low = std::numeric_limits<double>::infinity(),
                 .high = -std::numeric_limits<double>::infinity(),
                 .lines = std::vector<std::string>(rows)};
  for (const double mean : means) {
    if (!std::isfinite(mean)) continue;
    plot.low = std::min(plot.low, mean);
    plot.high = std::max(plot.high, mean);
  }
  for (int row = 0; row < rows; ++row) {
    const int below = 8 * (rows - 1 - row);
    for (const double mean : means) {
      plot.lines[row] += kFromBelow[std::clamp(Level(mean, plot, rows) - below, 0, 8)];
    }
  }
  return plot;
}

std::string DrawBar(double fraction, int columns) {
  const double clamped = fraction > 0 ? std::min(fraction, 1.0) : 0;
  const int eighths = static_cast<int>(std::floor(clamped * columns * 8 + 1e-9));
  std::string bar = "[";
  for (int column = 0; column < columns; ++column) {
    bar += kFromLeft[std::clamp(eighths - 8 * column, 0, 8)];
  }
  return bar + "]";
}

}  // namespace paceline
