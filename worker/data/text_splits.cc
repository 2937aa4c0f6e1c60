#include "worker/data/text_splits.h"

#include <algorithm>

#include "worker/data/words.h"

namespace paceline {
namespace {

size_t TotalBytes(std::span<const std::string_view> documents) {
  size_t total = documents.empty() ? 0 : documents.size() - 1;
  for (const std::string_view document : documents) total += document.size();
  return total;
}

// Bytes of the words at the text's beginning whose first byte is before `limit`.
size_t BytesOfWordsBefore(std::string_view text, size_t limit) {
  size_t bytes = 0;
  while (bytes < std::min(limit, text.size())) bytes += FirstWordBytes(text.substr(bytes));
  return bytes;
}

}  // namespace

std::array<TextParts, kTextSplits> SplitText(std::span<const std::string_view> documents) {
  constexpr std::array<size_t, kTextSplits> kEnds = {80, 85, 90, 100};
  const size_t total = TotalBytes(documents);
  std::array<TextParts, kTextSplits> splits;
  size_t split = 0, position = 0;
  const auto end = [&] { return total / 100 * kEnds[split] + total % 100 * kEnds[split] / 100; };
  const auto move_on = [&] {
    while (split + 1 < kTextSplits && position >= end()) ++split;
  };
  for (size_t i = 0; i < documents.size(); ++i) {
    std::string_view rest = documents[i];
    while (!rest.empty()) {
      move_on();
      const size_t bytes = BytesOfWordsBefore(rest, end() - position);
      splits[split].push_back({rest.substr(0, bytes)});
      rest.remove_prefix(bytes);
      position += bytes;
    }
    if (i + 1 == documents.size()) break;
    move_on();
    TextParts& parts = splits[split];
    const bool continues = !parts.empty() && !parts.back().ends_document;
    if (!continues) parts.push_back({});
    parts.back().ends_document = true;
    ++position;
  }
  return splits;
}

}  // namespace paceline
