#include "common/config/utf8.h"

#include <fmt/format.h>

#include <cstdint>

namespace paceline {

Utf8Character FirstCharacter(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t code = lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto tail = static_cast<uint8_t>(text[i]);
    if ((tail & 0xC0) != 0x80) return {};
    code = code << 6 | (tail & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[length] || surrogate || code > 0x10FFFF) return {};
  return {code, length};
}

std::string CodePointName(char32_t code) {
  return fmt::format("U+{:04X}", static_cast<uint32_t>(code));
}

}  // namespace paceline
