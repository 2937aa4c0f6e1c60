#pragma once

#include <string>

namespace paceline {

// True if the regular expression (ECMAScript) matches all of `text`. Texts above 256 bytes match
// nothing: the library matches by recursion.
bool MatchesWhole(const std::string& text, const std::string& pattern);

}  // namespace paceline
