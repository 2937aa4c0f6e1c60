// Pictures of points, by rsvg-convert (Debian's librsvg2-bin), which need not be there.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace paceline {

// Where rsvg-convert is: the first of $PATH; empty if none has it.
std::optional<std::string> SvgRasterizer();

// Writes the picture in `svg_path` to `png_path`, on white, twice as large as the SVG says.
// FailedPrecondition without rsvg-convert, Internal if it fails.
absl::Status ConvertToPng(const std::string& svg_path, const std::string& png_path);

}  // namespace paceline
