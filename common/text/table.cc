#include "common/text/table.h"

#include <algorithm>

namespace paceline {
namespace {

constexpr size_t kGap = 2;

bool BeginsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::string RowText(const std::vector<std::string>& cells, const std::vector<size_t>& widths,
                    const TableStyle& style) {
  std::string line(style.indent, ' ');
  for (size_t i = 0; i < cells.size(); ++i) {
    const size_t blanks = widths[i] - TextWidth(cells[i]);
    const bool left = i < style.left;
    line.append(left ? 0 : blanks, ' ').append(cells[i]).append(kGap + (left ? blanks : 0), ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

size_t TextWidth(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), BeginsCodePoint));
}

std::string ClipText(std::string_view text, size_t columns) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (BeginsCodePoint(text[i]) && width++ == columns) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

std::string TableText(const std::vector<std::string>& titles,
                      const std::vector<std::vector<std::string>>& rows, const TableStyle& style) {
  std::vector<size_t> widths;
  for (const std::string& title : titles) widths.push_back(TextWidth(title));
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], TextWidth(row[i]));
  }
  std::string text = RowText(titles, widths, style);
  for (const auto& row : rows) text += RowText(row, widths, style);
  return text;
}

}  // namespace paceline
