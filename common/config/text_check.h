// The text of a document by line and column, for what yaml-cpp lets pass or does not tell.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

class SourceText {
 public:
  // `bytes` outlives this; a byte order mark at its beginning is skipped.
  explicit SourceText(std::string_view bytes);

  std::string_view bytes() const { return bytes_; }
  // Lines and columns count from 1, columns in bytes. '\0' outside the text.
  char At(int line, int column) const;

  struct BadPlace {
    int line = 0;
    int column = 0;
    std::string message;
  };
  // The first byte that is not UTF-8, control character other than tab and line ends, or invisible
  // character outside comments.
  std::optional<BadPlace> FindBadCharacter() const;

  // True unless there is an opening quote here without its closing one (yaml-cpp ends it with the
  // file).
  bool QuoteIsClosed(int line, int column) const;
  // Column of the first tab among the blanks that begin the line; 0 if there is none.
  int IndentingTab(int line) const;

 private:
  size_t Offset(int line, int column) const;  // bytes_.size() if outside

  std::string_view bytes_;
  std::vector<size_t> line_starts_;
};

}  // namespace paceline
