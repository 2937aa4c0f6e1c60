// Which part of a text is for what.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace paceline {

// Of one document, cut between words (worker/data/words.h).
struct TextPart {
  std::string_view bytes;
  bool ends_document = false;  // a token for its end follows, which counts as a word of one byte
};
using TextParts = std::vector<TextPart>;

// In order: train, inner_valid, outer_valid, test.
inline constexpr size_t kTextSplits = 4;
inline constexpr std::array<std::string_view, kTextSplits> kTextSplitNames = {
    "train", "inner_valid", "outer_valid", "test"};

// The first 80 % of the documents' bytes, 5 %, 5 % and the last 10 %, each to the first word that
// begins at or after its end. All documents but the last have a token for their end.
std::array<TextParts, kTextSplits> SplitText(std::span<const std::string_view> documents);

}  // namespace paceline
