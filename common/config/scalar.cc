#include "common/config/scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace paceline {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return lower;
}

std::string_view SkipDigits(std::string_view text) {
  while (!text.empty() && IsDigit(text.front())) text.remove_prefix(1);
  return text;
}

// (0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?
bool IsPlainDecimal(std::string_view text) {
  const std::string_view after_whole = SkipDigits(text);
  const size_t whole = text.size() - after_whole.size();
  if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
  text = after_whole;
  if (text.starts_with('.')) {
    const std::string_view fraction = text.substr(1);
    text = SkipDigits(fraction);
    if (text.size() == fraction.size()) return false;
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return AllDigits(text);
}

bool IsNotFinite(std::string text) {
  if (text.starts_with('+') || text.starts_with('-')) text.erase(0, 1);
  if (text.starts_with('.')) text.erase(0, 1);
  return text == "nan" || text == "inf" || text == "infinity";
}

// "0x1f" -> 31, and so on; nothing if it is no number of that base.
std::optional<uint64_t> InBase(std::string_view digits, int base) {
  uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<NumberFault> OtherBase(const std::string& text) {
  static constexpr struct {
    const char* prefix;
    int base;
    const char* name;
  } kBases[] = {{"0x", 16, "hexadecimal"}, {"0o", 8, "octal"}, {"0b", 2, "binary"}};
  for (const auto& [prefix, base, name] : kBases) {
    if (!text.starts_with(prefix)) continue;
    if (const auto value = InBase(std::string_view(text).substr(2), base)) {
      return NumberFault{fmt::format("is {}", name), fmt::format("write {}", *value)};
    }
  }
  return std::nullopt;
}

std::optional<NumberFault> LeadingZero(std::string_view text) {
  if (text.size() < 2 || text[0] != '0' || !AllDigits(text)) return std::nullopt;
  std::string_view plain = text;
  while (plain.size() > 1 && plain.front() == '0') plain.remove_prefix(1);
  const auto octal = InBase(text, 8);
  if (!octal || *octal < 8)
    return NumberFault{"has a leading zero", fmt::format("write {}", plain)};
  return NumberFault{"looks octal",
                     fmt::format("write {}, or {} if octal was meant", plain, *octal)};
}

std::optional<NumberFault> Separators(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != '_' && c != ',' && c != ' ' && c != '\'') plain += c;
  }
  if (plain.size() == text.size() || !IsPlainDecimal(plain)) return std::nullopt;
  return NumberFault{"has separators between its digits", fmt::format("write {}", plain)};
}

// What is odd about a text that is not written as numbers are here.
NumberFault Odd(std::string_view original) {
  const std::string text = Lower(original);
  if (IsNotFinite(text)) return {"is not a finite number", ""};
  if (const auto fault = OtherBase(text)) return *fault;
  if (const auto fault = LeadingZero(text)) return *fault;
  if (const auto fault = Separators(text)) return *fault;
  if (text.starts_with('+') && IsPlainDecimal(std::string_view(text).substr(1))) {
    return {"has a plus sign", fmt::format("write {}", text.substr(1))};
  }
  if (text.starts_with('.') && IsPlainDecimal("0" + text)) {
    return {"has no digit before its point", fmt::format("write 0{}", text)};
  }
  if (text.ends_with('.') && AllDigits(std::string_view(text).substr(0, text.size() - 1))) {
    return {"has no digit after its point", fmt::format("write {}0", text)};
  }
  return {};
}

}  // namespace

std::optional<NumberFault> ReadWholeNumber(std::string_view text, uint64_t& value) {
  if (text.starts_with('-') && IsPlainDecimal(text.substr(1)))
    return NumberFault{"is negative", ""};
  if (!IsPlainDecimal(text)) return Odd(text);
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
  if (!IsPlainDecimal(magnitude)) return Odd(text);
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
