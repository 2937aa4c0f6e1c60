// What tells series apart: colour, dashes and markers, each alone enough for most.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

// Styles repeat after so many.
inline constexpr size_t kSeriesStyles = 12;
// Grey, without dashes: of what is not told apart.
inline constexpr size_t kNeutralStyle = 1000;

// Colours are those of M. Okabe and K. Ito ("Color universal design", 2008), which most
// colour-blind people tell apart; dashes differ for all styles.
std::string_view SeriesColour(size_t style);
// Of a line: class, stroke and width, without dashes.
std::string SeriesSolid(size_t style, double width);
// And with its dashes.
std::string SeriesStroke(size_t style, double width);
// Of what is filled: class and fill.
std::string SeriesFill(size_t style);
// Its marker, at (x, y).
std::string SeriesMarker(size_t style, double x, double y, double size = 4);

}  // namespace paceline
