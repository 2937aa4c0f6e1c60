// Secrets that a text must not show.
#pragma once

#include <string>
#include <string_view>

namespace paceline {

// Tokens (docs/security.md), recognized by how they begin, and whatever follows "Bearer", give way
// to the word REDACTED. All that is logged goes through this.
std::string Redacted(std::string_view text);

}  // namespace paceline
