// A small plot made of Unicode block elements.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace paceline {

struct BlockPlot {
  double low = 0, high = 0;        // values at the bottom and the top edge
  std::vector<std::string> lines;  // from the top
};

// Bars of at most `columns` columns (fewer values make fewer bars), `rows` lines of eight levels
// each. A column shows the mean of its share of `values`; values that are not finite are left out.
BlockPlot DrawBlockPlot(std::span<const double> values, int columns, int rows);

// "[█████▌    ]" with `columns` cells between the brackets; fraction is clamped to 0..1.
std::string DrawBar(double fraction, int columns);

}  // namespace paceline
