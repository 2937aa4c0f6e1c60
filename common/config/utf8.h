// Characters of UTF-8 text (RFC 3629).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace paceline {

struct Utf8Character {
  char32_t code = 0;
  size_t length = 0;  // in bytes; 0 if the text does not begin with a character
};

// The first character of `text`. Overlong forms, surrogates and code points above U+10FFFF are
// none.
Utf8Character FirstCharacter(std::string_view text);

// "U+00A0"
std::string CodePointName(char32_t code);

}  // namespace paceline
