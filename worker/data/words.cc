#include "worker/data/words.h"

#include <algorithm>

namespace paceline {
namespace {

enum class Kind { kLetter, kDigit, kBlank, kSign };

Kind KindOf(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const unsigned char lower = byte | 0x20;
  if (byte >= 128 || (lower >= 'a' && lower <= 'z')) return Kind::kLetter;
  if (byte >= '0' && byte <= '9') return Kind::kDigit;
  if (byte == ' ' || (byte >= '\t' && byte <= '\r')) return Kind::kBlank;
  return Kind::kSign;
}

// Where the run of one kind that begins at `begin` ends, at most kMaxWordBytes after the text
// begins.
size_t RunEnd(std::string_view text, size_t begin) {
  const Kind kind = KindOf(text[begin]);
  const size_t limit = std::min(text.size(), kMaxWordBytes);
  size_t end = begin + 1;
  while (end < limit && KindOf(text[end]) == kind) ++end;
  return end;
}

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Back to where a UTF-8 character begins, if the text is UTF-8 there.
size_t CharacterBegin(std::string_view text, size_t end) {
  for (size_t back = 0; back <= 3; ++back) {
    if (!ContinuesCharacter(text[end - back])) return end - back;
  }
  return end;
}

}  // namespace

size_t FirstWordBytes(std::string_view text) {
  const bool spaced = text.size() > 1 && text[0] == ' ' && KindOf(text[1]) != Kind::kBlank;
  const size_t end = RunEnd(text, spaced ? 1 : 0);
  if (end == text.size()) return end;
  if (end == kMaxWordBytes) return CharacterBegin(text, end);
  const bool lends = KindOf(text[0]) == Kind::kBlank && !spaced && end > 1 && text[end - 1] == ' ';
  return lends ? end - 1 : end;
}

}  // namespace paceline
