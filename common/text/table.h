// Tables of text for people.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

// Terminal columns that UTF-8 text of simple letters takes: its code points.
size_t TextWidth(std::string_view text);
// The first `columns` code points.
std::string ClipText(std::string_view text, size_t columns);

struct TableStyle {
  size_t indent = 0;                                 // blanks before each line
  size_t left = std::numeric_limits<size_t>::max();  // the first so many columns stand at their
                                                     // left edge, the others at their right
};

// Columns at the width of their widest cell, two spaces apart, under the titles. Cells are text of
// one line; a row has at most as many as `titles`, and those that it lacks are empty.
std::string TableText(const std::vector<std::string>& titles,
                      const std::vector<std::vector<std::string>>& rows,
                      const TableStyle& style = {});

// Takes out the columns of which every row says nothing: its cell is empty or "-", or it ends
// before. Without rows all stay. How many of the first `left` columns are left.
size_t DropSilentColumns(std::vector<std::string>& titles,
                         std::vector<std::vector<std::string>>& rows, size_t left = 0);

}  // namespace paceline
