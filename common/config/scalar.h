// Numbers as a person reads them: no value that YAML 1.1 and 1.2 read differently, nothing silently
// rounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paceline {

// Why a text is not the number wanted. Both parts may be empty: then it resembles none.
struct NumberFault {
  std::string problem;  // "looks octal"
  std::string hint;     // "write 10, or 8 if octal was meant"
};

// 0, 7, 123: digits without leading zeros, no sign, below 2^64.
std::optional<NumberFault> ReadWholeNumber(std::string_view text, uint64_t& value);

// 0, -1.5, 1e-3: a finite decimal with digits on both sides of its point, no plus sign, no leading
// zeros. It is rounded to the nearest double; −0 becomes 0.
std::optional<NumberFault> ReadDecimal(std::string_view text, double& value);

// Shortest text that ReadDecimal reads as this value; whole numbers without an exponent up to
// 10^15.
std::string FormatNumber(double value);

}  // namespace paceline
