// The pieces that pictures are made of. Elements carry their look for a picture that stands alone,
// on white, and a class by which a page may give them another: "page" (what lies behind), "ink"
// (text), "axis", "grid", "soft" (shades), and of series N "sN" (its lines) and "fN" (what is
// filled).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

// Of text and attribute values, in XML and in HTML. Control characters, which XML cannot hold,
// become U+FFFD.
std::string XmlEscaped(std::string_view text);

// The first letters of UTF-8 text, with an ellipsis where some are left out.
std::string Shortened(std::string_view text, size_t letters);

// anchor: "start", "middle", "end". `more` are attributes, with a blank before.
std::string SvgText(double x, double y, std::string_view anchor, std::string_view text,
                    std::string_view more = "");
std::string SvgLine(double x1, double y1, double x2, double y2, std::string_view attributes);
std::string SvgRect(double x, double y, double width, double height, std::string_view attributes);
// `body`, cut off at the edges of the rectangle; its coordinates are those outside.
std::string SvgClipped(double x, double y, double width, double height, std::string_view body);
// Moved to (x, y).
std::string SvgGroup(double x, double y, std::string_view body);
// A whole picture; `title` is what it shows, for who does not see it.
std::string SvgDocument(double width, double height, std::string_view title, std::string_view body);

inline constexpr std::string_view kAxisLine = "class=\"axis\" stroke=\"#333\"";
inline constexpr std::string_view kGridLine = "class=\"grid\" stroke=\"#ddd\"";

}  // namespace paceline
