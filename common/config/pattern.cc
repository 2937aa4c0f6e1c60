// g++ 12 with sanitizers takes the insides of std::regex for uninitialised.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#include "common/config/pattern.h"

#include <regex>

namespace paceline {

bool MatchesWhole(const std::string& text, const std::string& pattern) {
  constexpr size_t kMaxBytes = 256;
  return text.size() <= kMaxBytes && std::regex_match(text, std::regex(pattern));
}

}  // namespace paceline
