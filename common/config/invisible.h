// Characters that nobody sees, or that look like an ordinary space and are none.
#pragma once

#include <optional>
#include <string>

namespace paceline {

// "the invisible character U+00A0 (no-break space); write an ordinary space" if `code` is one.
// Control characters below U+0080 are none of them.
std::optional<std::string> ExplainInvisible(char32_t code);

}  // namespace paceline
