// The pieces of a page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace paceline {

// One self-contained page: no script, nothing from elsewhere, and a policy that forbids both.
std::string HtmlPage(std::string_view title, std::string_view body);

std::string HtmlElement(std::string_view tag, std::string_view text);  // text is escaped
std::string HtmlHeading(int level, std::string_view id, std::string_view text);
// Folded until it is opened.
std::string HtmlDetails(std::string_view summary, std::string_view body);
// A picture that is SVG, with its caption.
std::string HtmlFigure(std::string_view svg, std::string_view caption);

// A table that scrolls sideways where it is too wide. Cells are plain text; the first `left`
// columns stand at their left edge, the others at their right. Columns that say nothing are left
// out (DropSilentColumns). Rows of `strong` stand out.
struct HtmlTable {
  std::string caption{};
  std::vector<std::string> titles{};
  std::vector<std::vector<std::string>> rows{};
  size_t left = 1;
  std::vector<bool> strong{};  // by row; empty: none
};
std::string HtmlTableText(HtmlTable table);

}  // namespace paceline
