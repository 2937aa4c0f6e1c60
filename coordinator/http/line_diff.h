// Two texts, line by line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace paceline {

struct DiffLine {
  char kind;  // ' ' of both, '-' of the first alone, '+' of the second alone
  std::string text;
  bool operator==(const DiffLine&) const = default;
};

// With as many lines in common as can be; of texts that are very long and very different, fewer.
std::vector<DiffLine> DiffOf(std::string_view first, std::string_view second);

}  // namespace paceline
