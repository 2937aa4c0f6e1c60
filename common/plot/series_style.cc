#include "common/plot/series_style.h"

#include <array>

#include "fmt/format.h"

namespace paceline {
namespace {

constexpr std::array<std::string_view, 7> kColours = {"#000000", "#d55e00", "#0072b2", "#009e73",
                                                      "#cc79a7", "#e69f00", "#56b4e9"};
constexpr std::array<std::string_view, kSeriesStyles> kDashes = {
    "",        "8 3", "2 2",          "10 3 2 3", "5 2",     "14 4",
    "6 2 2 2", "1 3", "12 3 2 3 2 3", "3 5",      "9 2 4 2", "16 3 1 3"};

// Paths around the origin, of size 1.
constexpr std::array<std::string_view, 4> kShapes = {
    "M-1,-1H1V1H-1Z",               // square
    "M0,-1.3L1.2,1H-1.2Z",          // triangle
    "M0,-1.4L1.4,0L0,1.4L-1.4,0Z",  // diamond
    "M0,1.3L1.2,-1H-1.2Z",          // triangle on its tip
};

// Of its classes: "s3", "f3"; "sn", "fn".
std::string ClassSuffix(size_t style) {
  return style == kNeutralStyle ? "n" : fmt::to_string(style % kColours.size());
}

}  // namespace

std::string_view SeriesColour(size_t style) {
  return style == kNeutralStyle ? "#707070" : kColours[style % kColours.size()];
}

std::string SeriesSolid(size_t style, double width) {
  return fmt::format("class=\"s{}\" stroke=\"{}\" stroke-width=\"{:.1f}\"", ClassSuffix(style),
                     SeriesColour(style), width);
}

std::string SeriesStroke(size_t style, double width) {
  const std::string_view dash = style == kNeutralStyle ? "" : kDashes[style % kSeriesStyles];
  return SeriesSolid(style, width) +
         (dash.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dash));
}

std::string SeriesFill(size_t style) {
  return fmt::format("class=\"f{}\" fill=\"{}\"", ClassSuffix(style), SeriesColour(style));
}

std::string SeriesMarker(size_t style, double x, double y, double size) {
  const size_t shape = style == kNeutralStyle ? 0 : style % (kShapes.size() + 1);
  if (shape == 0) {
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" {}/>\n", x, y, size,
                       SeriesFill(style));
  }
  return fmt::format("<path transform=\"translate({:.1f} {:.1f}) scale({:.1f})\" d=\"{}\" {}/>\n",
                     x, y, size * 0.9, kShapes[shape - 1], SeriesFill(style));
}

}  // namespace paceline
