// How a text is cut into words: byte-pair encoding joins nothing across a word's border, and the
// splits of a text begin with one.
#pragma once

#include <cstddef>
#include <string_view>

namespace paceline {

inline constexpr size_t kMaxWordBytes = 64;

// Bytes of the first word of a text that is not empty. A word is
//   a space (at most one), then letters, or digits, or other signs: as many of one of these three
//   kinds as there are; letters are those of ASCII and all bytes from 128 on;
//   or spaces, tabs and line ends, but for a last space that a word of the first form follows.
// One of more than kMaxWordBytes ends there, or up to three bytes before, where a character begins.
//
// A word depends on nothing before it, and a text that ends with a word has the same words as in a
// longer one.
size_t FirstWordBytes(std::string_view text);

}  // namespace paceline
