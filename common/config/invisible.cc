#include "common/config/invisible.h"

#include <fmt/format.h>

#include "common/config/utf8.h"

namespace paceline {
namespace {

constexpr char kSpace[] = "write an ordinary space";
constexpr char kNothing[] = "take it out";
constexpr char kLineEnd[] = "take it out, or write an ordinary line end";

struct Range {
  char32_t first, last;
  const char* name;
  const char* remedy;
};

// Unicode's spaces, its format characters, and letters that have no shape.
constexpr Range kRanges[] = {
    {0x0085, 0x0085, "next line", kLineEnd},
    {0x0080, 0x009F, "control character", kNothing},
    {0x00A0, 0x00A0, "no-break space", kSpace},
    {0x00AD, 0x00AD, "soft hyphen", kNothing},
    {0x034F, 0x034F, "combining grapheme joiner", kNothing},
    {0x061C, 0x061C, "Arabic letter mark", kNothing},
    {0x115F, 0x1160, "Hangul filler", kNothing},
    {0x1680, 0x1680, "Ogham space mark", kSpace},
    {0x17B4, 0x17B5, "Khmer inherent vowel", kNothing},
    {0x180B, 0x180D, "Mongolian variation selector", kNothing},
    {0x180E, 0x180E, "Mongolian vowel separator", kNothing},
    {0x180F, 0x180F, "Mongolian variation selector", kNothing},
    {0x2000, 0x200A, "typographic space", kSpace},
    {0x200B, 0x200B, "zero-width space", kNothing},
    {0x200C, 0x200C, "zero-width non-joiner", kNothing},
    {0x200D, 0x200D, "zero-width joiner", kNothing},
    {0x200E, 0x200E, "left-to-right mark", kNothing},
    {0x200F, 0x200F, "right-to-left mark", kNothing},
    {0x2028, 0x2028, "line separator", kLineEnd},
    {0x2029, 0x2029, "paragraph separator", kLineEnd},
    {0x202A, 0x202E, "change of the direction of text", kNothing},
    {0x202F, 0x202F, "narrow no-break space", kSpace},
    {0x205F, 0x205F, "mathematical space", kSpace},
    {0x2060, 0x2060, "word joiner", kNothing},
    {0x2061, 0x2064, "invisible operator", kNothing},
    {0x2066, 0x2069, "change of the direction of text", kNothing},
    {0x206A, 0x206F, "format character", kNothing},
    {0x2800, 0x2800, "blank of Braille", kSpace},
    {0x3000, 0x3000, "ideographic space", kSpace},
    {0x3164, 0x3164, "Hangul filler", kNothing},
    {0xFE00, 0xFE0F, "variation selector", kNothing},
    {0xFEFF, 0xFEFF, "byte order mark", kNothing},
    {0xFFA0, 0xFFA0, "Hangul filler", kNothing},
    {0xFFF9, 0xFFFB, "mark of an annotation", kNothing},
    {0xE0000, 0xE007F, "tag", kNothing},
    {0xE0100, 0xE01EF, "variation selector", kNothing},
};

}  // namespace

std::optional<std::string> ExplainInvisible(char32_t code) {
  for (const Range& range : kRanges) {
    if (code < range.first || code > range.last) continue;
    return fmt::format("the invisible character {} ({}); {}", CodePointName(code), range.name,
                       range.remedy);
  }
  return std::nullopt;
}

}  // namespace paceline
