// Text from elsewhere for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace paceline {

// Control characters, also those beyond ASCII (U+0080 to U+009F), as blanks: a name may hold what a
// terminal obeys.
std::string Printable(std::string_view text);

}  // namespace paceline
