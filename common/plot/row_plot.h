// Rows with a name each: a dot with its interval, or a bar of parts.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace paceline {

struct IntervalRow {
  std::string title;
  double value = 0, low = 0, high = 0;
  size_t style = 0;
  bool strong = false;
};

struct IntervalPlot {
  std::string title;
  std::string x_title;
  std::vector<IntervalRow> rows{};
  bool logarithmic = false;
  std::optional<double> level{};  // a line down, at this x
};

// Values that a logarithmic axis cannot show lie at its left end.
std::string DrawIntervalPlot(const IntervalPlot& plot);

struct TallyRow {
  std::string title;
  std::array<uint32_t, 3> counts{};  // wins, draws, losses
};

// Bars of wins (dark), draws (light) and losses (hatched), each with its number.
std::string DrawTallyPlot(const std::string& title, const std::vector<TallyRow>& rows);

}  // namespace paceline
