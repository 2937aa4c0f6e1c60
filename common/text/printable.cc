#include "common/text/printable.h"

namespace paceline {
namespace {

// How many bytes of a control character begin here; those of C1 are C2 80 to C2 9F in UTF-8.
size_t ControlBytes(std::string_view text, size_t i) {
  const auto byte = static_cast<unsigned char>(text[i]);
  if (byte < 0x20 || byte == 0x7F) return 1;
  const bool long_one =
      byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
  return long_one ? 2 : 0;
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t bytes = ControlBytes(text, i);
    printable += bytes > 0 ? ' ' : text[i];
    if (bytes == 2) ++i;
  }
  return printable;
}

}  // namespace paceline
