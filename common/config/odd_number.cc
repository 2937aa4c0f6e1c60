#include "common/config/odd_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/config/utf8.h"

namespace paceline {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

std::string_view SkipDigits(std::string_view text) {
  while (!text.empty() && IsDigit(text.front())) text.remove_prefix(1);
  return text;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return lower;
}

bool IsNotFinite(std::string text) {
  if (text.starts_with('+') || text.starts_with('-')) text.erase(0, 1);
  if (text.starts_with('.')) text.erase(0, 1);
  return text == "nan" || text == "inf" || text == "infinity";
}

// "1f", 16 -> 31, and so on; nothing if it is no number of that base.
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

std::optional<NumberFault> PerhapsOctal(std::string_view text) {
  if (text.size() < 2 || text[0] != '0' || !AllDigits(text)) return std::nullopt;
  const auto octal = InBase(text, 8);
  if (!octal || *octal < 8) return std::nullopt;
  return NumberFault{"looks octal", fmt::format("write {}, or {} if octal was meant",
                                                text.substr(text.find_first_not_of('0')), *octal)};
}

// ---- Repairs: each takes a text without its sign and gives it back unless it knows better.
// -------

// Digits, minus signs and points of other scripts, whatever they are mixed with.
std::string WithAsciiDigits(std::string_view text) {
  constexpr char32_t kZeros[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6,
                                 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
                                 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10};
  std::string ascii;
  while (!text.empty()) {
    const auto [code, length] = FirstCharacter(text);
    if (length == 0) return "";
    const auto* zero =
        std::find_if(std::begin(kZeros), std::end(kZeros),
                     [code = code](char32_t z) { return code >= z && code < z + 10; });
    if (zero != std::end(kZeros)) {
      ascii += static_cast<char>('0' + (code - *zero));
    } else if (code == 0x2212 || code == 0x2010 || code == 0x2013 || code == 0xFF0D) {
      ascii += '-';
    } else if (code == 0x066B || code == 0xFF0E) {
      ascii += '.';
    } else {
      ascii += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return ascii;
}

// "1,5" and "0,500"; "1,500" has a separator.
std::string WithDecimalPoint(std::string text) {
  const size_t comma = text.find(',');
  if (comma == std::string::npos) return text;
  const std::string_view whole = std::string_view(text).substr(0, comma);
  const std::string_view rest = std::string_view(text).substr(comma + 1);
  const std::string_view after = SkipDigits(rest);
  const size_t digits = rest.size() - after.size();
  const bool ends = after.empty() || after.front() == 'e';
  const bool decimal = digits != 0 && (digits != 3 || whole == "0");
  if (AllDigits(whole) && ends && decimal) text[comma] = '.';
  return text;
}

std::string WithoutSeparators(std::string text) {
  const bool is_number = text.find_first_not_of("0123456789_, '.e+-") == std::string::npos;
  if (is_number) {
    std::erase_if(text, [](char c) { return c == '_' || c == ',' || c == ' ' || c == '\''; });
  }
  return text;
}

std::string WithoutLeadingZeros(std::string text) {
  while (text.size() > 1 && text[0] == '0' && IsDigit(text[1])) text.erase(0, 1);
  return text;
}

std::string WithDigitBeforePoint(std::string text) {
  return text.size() > 1 && text[0] == '.' && IsDigit(text[1]) ? "0" + text : text;
}

std::string WithDigitAfterPoint(std::string text) {
  const size_t point = text.find('.');
  if (point == std::string::npos || !AllDigits(std::string_view(text).substr(0, point)))
    return text;
  if (point + 1 == text.size() || text[point + 1] == 'e') text.insert(point + 1, "0");
  return text;
}

std::string WithDigitOfPower(std::string text) {
  const size_t power = text.find('e');
  if (power == std::string::npos || power == 0) return text;
  const std::string_view rest = std::string_view(text).substr(power + 1);
  return rest.empty() || rest == "+" || rest == "-" ? text + "0" : text;
}

// "50%", "10k", "1/3": the number that is meant, or the text.
std::string WithValue(const std::string& text, double factor) {
  double value = 0;
  const std::string number = text.substr(0, text.size() - 1);
  if (!IsPlainDecimal(number) || ReadDecimal(number, value)) return text;
  return FormatNumber(factor >= 1 ? value * factor : value / std::round(1 / factor));
}

std::string WithoutPercent(std::string text) {
  return text.ends_with('%') ? WithValue(text, 0.01) : text;
}

std::string WithoutThousands(std::string text) {
  return text.ends_with('k') ? WithValue(text, 1000) : text;
}

std::string WithoutFraction(std::string text) {
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return text;
  double over = 0, under = 0;
  if (ReadDecimal(text.substr(0, slash), over) || ReadDecimal(text.substr(slash + 1), under) ||
      under == 0) {
    return text;
  }
  return FormatNumber(over / under);
}

// "10ms", "10 ms", "0.1f", but not "0x"
std::string WithoutUnit(std::string text) {
  const size_t end = text.find_first_not_of("0123456789.");
  if (end == std::string::npos || end == 0 || text.starts_with("0x")) return text;
  const size_t unit = std::min(text.find_first_not_of(' ', end), text.size());
  const bool is_word = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(unit), text.end(),
                                   [](char c) { return c >= 'a' && c <= 'z'; });
  return is_word ? text.substr(0, end) : text;
}

struct Repair {
  const char* problem;
  std::string (*mend)(std::string text);
};
constexpr Repair kRepairs[] = {
    {"has a comma for a point", WithDecimalPoint},
    {"has separators between its digits", WithoutSeparators},
    {"has a leading zero", WithoutLeadingZeros},
    {"has no digit before its point", WithDigitBeforePoint},
    {"has no digit after its point", WithDigitAfterPoint},
    {"has no digit after its e", WithDigitOfPower},
    {"has a percent sign", WithoutPercent},
    {"is given in thousands", WithoutThousands},
    {"is a fraction", WithoutFraction},
    {"has letters after its digits", WithoutUnit},
};

NumberFault WriteInstead(std::string problem, const std::string& text, bool whole) {
  if (!whole) return {std::move(problem), "write " + text};
  double value = 0;
  constexpr double kExact = 9007199254740992;  // 2^53
  if (ReadDecimal(text, value)) return {std::move(problem), ""};
  if (value != std::floor(value)) return {"is not a whole number", ""};
  if (value < 0) return {"is negative", ""};
  if (AllDigits(text)) return {std::move(problem), "write " + text};
  return {std::move(problem), value < kExact ? "write " + FormatNumber(value) : ""};
}

}  // namespace

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

NumberFault ExplainOddNumber(std::string_view original, bool whole) {
  const std::string lower = Lower(original);
  std::string text = WithAsciiDigits(lower);
  std::string problem = text == lower ? "" : "has digits or signs other than 0 to 9, - and .";
  if (IsNotFinite(text)) return {"is not a finite number", ""};
  if (const auto fault = OtherBase(text)) return *fault;
  if (const auto fault = PerhapsOctal(text)) return *fault;
  const std::string sign = text.starts_with('-') ? "-" : "";
  if (text.starts_with('+') && problem.empty()) problem = "has a plus sign";
  if (text.starts_with('+') || text.starts_with('-')) text.erase(0, 1);
  for (const Repair& repair : kRepairs) {
    if (IsPlainDecimal(text)) break;
    std::string mended = repair.mend(text);
    if (mended == text) continue;
    if (problem.empty()) problem = repair.problem;
    text = std::move(mended);
  }
  if (problem.empty() || !IsPlainDecimal(text)) return {};
  return WriteInstead(std::move(problem), sign + text, whole);
}

}  // namespace paceline
