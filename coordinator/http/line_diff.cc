#include "coordinator/http/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace paceline {
namespace {

using Lines = std::vector<std::string_view>;

// Of a table of lengths, 2 bytes each.
constexpr size_t kMostCells = 4'000'000;

Lines LinesOf(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void Put(char kind, std::span<const std::string_view> lines, std::vector<DiffLine>& diff) {
  for (const std::string_view line : lines) diff.push_back({kind, std::string(line)});
}

// By the longest common subsequence of what is left.
void PutMiddle(std::span<const std::string_view> a, std::span<const std::string_view> b,
               std::vector<DiffLine>& diff) {
  const size_t width = b.size() + 1;
  if ((a.size() + 1) * width > kMostCells) {
    Put('-', a, diff);
    Put('+', b, diff);
    return;
  }
  std::vector<uint16_t> common((a.size() + 1) * width, 0);  // of the lines from there on
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      const uint16_t skip = std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
      common[i * width + j] =
          a[i] == b[j] ? static_cast<uint16_t>(common[(i + 1) * width + j + 1] + 1) : skip;
    }
  }
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      Put(' ', a.subspan(i++, 1), diff);
      ++j;
    } else if (j == b.size() ||
               (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      Put('-', a.subspan(i++, 1), diff);
    } else {
      Put('+', b.subspan(j++, 1), diff);
    }
  }
}

}  // namespace

std::vector<DiffLine> DiffOf(std::string_view first, std::string_view second) {
  const Lines a = LinesOf(first), b = LinesOf(second);
  const auto head = static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const size_t most = std::min(a.size(), b.size()) - head;
  size_t tail = 0;
  while (tail < most && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::vector<DiffLine> diff;
  Put(' ', std::span(a).first(head), diff);
  PutMiddle(std::span(a).subspan(head, a.size() - head - tail),
            std::span(b).subspan(head, b.size() - head - tail), diff);
  Put(' ', std::span(a).last(tail), diff);
  return diff;
}

}  // namespace paceline
