// A number for each pair of values, on a ground that is darker the lower it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace paceline {

struct HeatCell {
  std::optional<double> value{};  // empty: not measured
  bool failed = false;            // marked with a cross
};

struct HeatMap {
  std::string title;
  std::string x_title, y_title;
  std::vector<std::string> columns{}, rows{};
  std::vector<std::vector<HeatCell>> cells{};  // [row][column]
  // Values at and below `low` are darkest, at and above `high` white; between, by logarithm.
  double low = 0.125, high = 8;
  double framed_from = 1;              // cells of at least this have a thick frame
  std::vector<bool> marked_columns{};  // their names get a star
  std::string mark{};                  // what the star means
};

// A picture; each cell has its number, so that no colour must be read.
std::string DrawHeatMap(const HeatMap& map);

}  // namespace paceline
