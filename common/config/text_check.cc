#include "common/config/text_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/config/invisible.h"
#include "common/config/utf8.h"

namespace paceline {
namespace {

bool IsControl(char32_t code) {
  return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0x7F;
}

// Of the first character of `text`, if it has no place in a config; empty otherwise. In a comment
// what nobody sees does no harm.
std::string BadCharacter(std::string_view text, Utf8Character character, bool in_comment) {
  if (character.length == 0) {
    return fmt::format("the byte 0x{:02x} is not UTF-8; save the file as UTF-8",
                       static_cast<uint8_t>(text[0]));
  }
  if (IsControl(character.code)) {
    return fmt::format("the control character 0x{:02x}; a config is plain text",
                       static_cast<uint8_t>(text[0]));
  }
  return in_comment ? "" : ExplainInvisible(character.code).value_or("");
}

// Where the comment of a line begins, line.size() if it has none. Text in quotes is taken to end
// with the line.
size_t CommentBegin(std::string_view line) {
  char quote = 0, before = ' ';
  for (size_t i = 0; i < line.size(); before = line[i++]) {
    const bool begins = std::string_view(" \t,[{:-").find(before) != std::string_view::npos;
    if (quote != 0) {
      if (line[i] == quote) quote = 0;
    } else if (begins && (line[i] == '"' || line[i] == '\'')) {
      quote = line[i];
    } else if (line[i] == '#' && (before == ' ' || before == '\t')) {
      return i;
    }
  }
  return line.size();
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

std::optional<SourceText::BadPlace> SourceText::FindBadCharacter() const {
  for (size_t number = 0; number < line_starts_.size(); ++number) {
    const size_t begin = line_starts_[number];
    const std::string_view line = bytes_.substr(begin, bytes_.find('\n', begin) - begin);
    const size_t comment = CommentBegin(line);
    for (size_t i = 0; i < line.size();) {
      const Utf8Character character = FirstCharacter(line.substr(i));
      std::string message = BadCharacter(line.substr(i), character, i >= comment);
      if (!message.empty()) {
        return BadPlace{static_cast<int>(number) + 1, static_cast<int>(i) + 1, std::move(message)};
      }
      i += character.length;
    }
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
