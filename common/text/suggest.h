// Words for messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace paceline {

// The candidate that `word` is most likely a misspelling of; empty if none is near. Near is at most
// one edit (insertion, deletion, change, or swap of neighbours; case does not count) per three
// characters, and one.
std::string Nearest(std::string_view word, std::span<const std::string> candidates);

// "a", "a or b", "a, b or c", with `joiner` for "or".
std::string Listed(std::span<const std::string> words, std::string_view joiner);

// In double quotes, on one line, cut after 40 characters.
std::string Quoted(std::string_view text);

}  // namespace paceline
