#include "common/config/text_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace paceline {
namespace {

// Length of the UTF-8 character that begins `text`, or 0. Overlong forms, surrogates and code
// points above U+10FFFF are none (RFC 3629).
size_t Utf8Length(std::string_view text) {
  const auto byte = [text](size_t i) -> uint8_t { return i < text.size() ? text[i] : 0; };
  const auto is_tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return is_tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return is_tail(1) && is_tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return is_tail(1) && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

bool IsControl(char c) {
  const auto code = static_cast<uint8_t>(c);
  return (code < 0x20 && c != '\t' && c != '\n' && c != '\r') || code == 0x7F;
}

}  // namespace

SourceText::SourceText(std::string_view bytes) : bytes_(bytes) {
  if (bytes_.starts_with("\xEF\xBB\xBF")) bytes_.remove_prefix(3);
  line_starts_.push_back(0);
  for (size_t i = 0; i < bytes_.size(); ++i) {
    if (bytes_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

size_t SourceText::Offset(int line, int column) const {
  if (line < 1 || column < 1 || static_cast<size_t>(line) > line_starts_.size())
    return bytes_.size();
  return std::min(line_starts_[line - 1] + column - 1, bytes_.size());
}

char SourceText::At(int line, int column) const {
  const size_t offset = Offset(line, column);
  return offset < bytes_.size() ? bytes_[offset] : '\0';
}

std::optional<SourceText::BadByte> SourceText::FindBadByte() const {
  size_t i = 0;
  while (i < bytes_.size()) {
    const size_t length = Utf8Length(bytes_.substr(i));
    if (length == 0 || IsControl(bytes_[i])) {
      const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), i);
      const int line = static_cast<int>(after - line_starts_.begin());
      const int column = static_cast<int>(i - line_starts_[line - 1]) + 1;
      const int code = static_cast<uint8_t>(bytes_[i]);
      return BadByte{
          line, column,
          length == 0
              ? fmt::format("the byte 0x{:02x} is not UTF-8; save the file as UTF-8", code)
              : fmt::format("the control character 0x{:02x}; a config is plain text", code)};
    }
    i += length;
  }
  return std::nullopt;
}

bool SourceText::QuoteIsClosed(int line, int column) const {
  const size_t begin = Offset(line, column);
  const char quote = At(line, column);
  if (quote != '"' && quote != '\'') return true;
  for (size_t i = begin + 1; i < bytes_.size(); ++i) {
    if (quote == '"' && bytes_[i] == '\\') {
      ++i;
    } else if (bytes_[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < bytes_.size() && bytes_[i + 1] == quote;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

int SourceText::IndentingTab(int line) const {
  for (int column = 1; At(line, column) == ' ' || At(line, column) == '\t'; ++column) {
    if (At(line, column) == '\t') return column;
  }
  return 0;
}

}  // namespace paceline
