#include "common/text/table.h"

#include <algorithm>
#include <utility>

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

bool Says(const std::vector<std::string>& row, size_t column) {
  return column < row.size() && !row[column].empty() && row[column] != "-";
}

// Without those of its elements that are not to be kept.
void Keep(const std::vector<bool>& kept, std::vector<std::string>& cells) {
  size_t end = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (kept[i] && end++ != i) cells[end - 1] = std::move(cells[i]);
  }
  cells.resize(end);
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

size_t DropSilentColumns(std::vector<std::string>& titles,
                         std::vector<std::vector<std::string>>& rows, size_t left) {
  if (rows.empty()) return left;
  std::vector<bool> kept(titles.size());
  for (size_t column = 0; column < titles.size(); ++column) {
    kept[column] = std::ranges::any_of(rows, [&](const auto& row) { return Says(row, column); });
  }
  Keep(kept, titles);
  for (auto& row : rows) Keep(kept, row);
  return static_cast<size_t>(std::count(
      kept.begin(), kept.begin() + static_cast<ptrdiff_t>(std::min(left, kept.size())), true));
}

}  // namespace paceline
