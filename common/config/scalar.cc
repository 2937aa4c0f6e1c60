#include "common/config/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/config/odd_number.h"

namespace paceline {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

}  // namespace

std::optional<NumberFault> ReadWholeNumber(std::string_view text, uint64_t& value) {
  if (text.starts_with('-') && IsPlainDecimal(text.substr(1)))
    return NumberFault{"is negative", ""};
  if (!IsPlainDecimal(text)) return ExplainOddNumber(text, true);
  if (AllDigits(text)) {
    const char* end = text.data() + text.size();
    if (std::from_chars(text.data(), end, value).ec == std::errc()) return std::nullopt;
    return NumberFault{"is too large", ""};
  }
  double decimal = 0;
  constexpr double kExact = 9007199254740992;  // 2^53
  if (!ReadDecimal(text, decimal) && decimal == std::floor(decimal) && decimal < kExact) {
    return NumberFault{"is written as a decimal",
                       fmt::format("write {}", static_cast<uint64_t>(decimal))};
  }
  return NumberFault{"is not a whole number", ""};
}

std::optional<NumberFault> ReadDecimal(std::string_view text, double& value) {
  const std::string_view magnitude = text.starts_with('-') ? text.substr(1) : text;
  if (!IsPlainDecimal(magnitude)) return ExplainOddNumber(text, false);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    return NumberFault{"does not fit a 64-bit floating-point number", ""};
  }
  if (error != std::errc() || stop != text.data() + text.size()) return NumberFault{};
  value += 0.0;
  return std::nullopt;
}

std::string FormatNumber(double value) {
  if (value == std::floor(value) && std::abs(value) <= 1e15) {
    return fmt::format("{}", static_cast<int64_t>(value));
  }
  return fmt::format("{}", value);
}

}  // namespace paceline
