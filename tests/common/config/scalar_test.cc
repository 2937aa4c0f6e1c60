#include "common/config/scalar.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace paceline {
namespace {

TEST(ReadWholeNumber, ReadsDigits) {
  for (const uint64_t number : {uint64_t{0}, uint64_t{7}, uint64_t{600}, ~uint64_t{0}}) {
    uint64_t value = 1;
    EXPECT_FALSE(ReadWholeNumber(std::to_string(number), value)) << number;
    EXPECT_EQ(value, number);
  }
}

TEST(ReadWholeNumber, RefusesWhatIsReadDifferentlyElsewhereAndSaysWhatToWrite) {
  const struct {
    const char* text;
    const char* problem;
    const char* hint;
  } cases[] = {
      {"", "", ""},
      {"abc", "", ""},
      {"12abc", "has letters after its digits", "write 12"},
      {"10ms", "has letters after its digits", "write 10"},
      {"10 ms", "has letters after its digits", "write 10"},
      {"64KiB", "has letters after its digits", "write 64"},
      {"10k", "is given in thousands", "write 10000"},
      {"1.5K", "is given in thousands", "write 1500"},
      {"50%", "is not a whole number", ""},
      {"200%", "has a percent sign", "write 2"},
      {"8/2", "is a fraction", "write 4"},
      {"1/3", "is not a whole number", ""},
      {"1e", "has no digit after its e", "write 1"},
      {"1.e3", "has no digit after its point", "write 1000"},
      {"5.", "has no digit after its point", "write 5"},
      {".5", "is not a whole number", ""},
      {"1,5", "is not a whole number", ""},
      {"1,2,3", "has separators between its digits", "write 123"},
      {"\xD9\xA1\xD9\xA2", "has digits or signs other than 0 to 9, - and .", "write 12"},
      {"\xEF\xBC\x95", "has digits or signs other than 0 to 9, - and .", "write 5"},
      {"\xE2\x88\x92"
       "5",
       "is negative", ""},
      {"+010", "has a plus sign", "write 10"},
      {"-010", "is negative", ""},
      {"-1_000", "is negative", ""},
      {"1 2 x", "", ""},
      {"true", "", ""},
      {"-", "", ""},
      {"0x", "", ""},
      {"010", "looks octal", "write 10, or 8 if octal was meant"},
      {"08", "has a leading zero", "write 8"},
      {"007", "has a leading zero", "write 7"},
      {"00", "has a leading zero", "write 0"},
      {"0o17", "is octal", "write 15"},
      {"0x1F", "is hexadecimal", "write 31"},
      {"0b101", "is binary", "write 5"},
      {"1_000", "has separators between its digits", "write 1000"},
      {"1,000", "has separators between its digits", "write 1000"},
      {"1 000", "has separators between its digits", "write 1000"},
      {"+5", "has a plus sign", "write 5"},
      {"-5", "is negative", ""},
      {"-0", "is negative", ""},
      {"5.0", "is written as a decimal", "write 5"},
      {"1e3", "is written as a decimal", "write 1000"},
      {"1e30", "is not a whole number", ""},
      {"0.5", "is not a whole number", ""},
      {"18446744073709551616", "is too large", ""},
      {".nan", "is not a finite number", ""},
      {"Infinity", "is not a finite number", ""},
  };
  for (const auto& [text, problem, hint] : cases) {
    uint64_t value = 0;
    const auto fault = ReadWholeNumber(text, value);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->problem, problem) << text;
    EXPECT_EQ(fault->hint, hint) << text;
  }
}

TEST(ReadDecimal, ReadsDecimalsToTheNearestDouble) {
  const struct {
    const char* text;
    double value;
  } cases[] = {{"0", 0},          {"-1.5", -1.5},
               {"0.1", 0.1},      {"1e-3", 1e-3},
               {"1.0E+6", 1e6},   {"1.0e-08", 1e-8},
               {"-0", 0},         {"123456789012345678901", 1.2345678901234568e20},
               {"5e-324", 5e-324}};
  for (const auto& [text, expected] : cases) {
    double value = 1;
    EXPECT_FALSE(ReadDecimal(text, value)) << text;
    EXPECT_EQ(value, expected) << text;
    EXPECT_EQ(std::signbit(value), expected < 0) << text;
  }
}

TEST(ReadDecimal, RefusesWhatIsReadDifferentlyElsewhereAndSaysWhatToWrite) {
  const struct {
    const char* text;
    const char* problem;
    const char* hint;
  } cases[] = {
      {"", "", ""},
      {"1.2.3", "", ""},
      {"1e", "has no digit after its e", "write 1e0"},
      {"1e+", "has no digit after its e", "write 1e+0"},
      {"1.e-2", "has no digit after its point", "write 1.0e-2"},
      {"-1.e-2", "has no digit after its point", "write -1.0e-2"},
      {"1.E5", "has no digit after its point", "write 1.0e5"},
      {"-.5", "has no digit before its point", "write -0.5"},
      {"+.5", "has a plus sign", "write 0.5"},
      {".5e-3", "has no digit before its point", "write 0.5e-3"},
      {"-5.", "has no digit after its point", "write -5.0"},
      {"1,5", "has a comma for a point", "write 1.5"},
      {"0,001", "has a comma for a point", "write 0.001"},
      {"-1,5e-3", "has a comma for a point", "write -1.5e-3"},
      {"1,000.5", "has separators between its digits", "write 1000.5"},
      {"1_000", "has separators between its digits", "write 1000"},
      {"1'000", "has separators between its digits", "write 1000"},
      {"1 000", "has separators between its digits", "write 1000"},
      {"0x10", "is hexadecimal", "write 16"},
      {"00.5", "has a leading zero", "write 0.5"},
      {"50%", "has a percent sign", "write 0.5"},
      {"7 %", "", ""},
      {"10k", "is given in thousands", "write 10000"},
      {"0.1k", "is given in thousands", "write 100"},
      {"1/3", "is a fraction", "write 0.3333333333333333"},
      {"1/0", "", ""},
      {"0.1s", "has letters after its digits", "write 0.1"},
      {"\xD9\xA1", "has digits or signs other than 0 to 9, - and .", "write 1"},
      {"1e\xE2\x88\x92"
       "3",
       "has digits or signs other than 0 to 9, - and .", "write 1e-3"},
      {"\xE2\x88\x92"
       "0.5",
       "has digits or signs other than 0 to 9, - and .", "write -0.5"},
      {"\xFF"
       "5",
       "", ""},
      {".", "", ""},
      {"-", "", ""},
      {"e5", "", ""},
      {"%", "", ""},
      {"--1", "", ""},
      {"1.0f", "has letters after its digits", "write 1.0"},
      {".5", "has no digit before its point", "write 0.5"},
      {"5.", "has no digit after its point", "write 5.0"},
      {"+0.5", "has a plus sign", "write 0.5"},
      {"010", "looks octal", "write 10, or 8 if octal was meant"},
      {"1e999", "does not fit a 64-bit floating-point number", ""},
      {"1e-999", "does not fit a 64-bit floating-point number", ""},
      {".NaN", "is not a finite number", ""},
      {"nan", "is not a finite number", ""},
      {"-inf", "is not a finite number", ""},
  };
  for (const auto& [text, problem, hint] : cases) {
    double value = 0;
    const auto fault = ReadDecimal(text, value);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->problem, problem) << text;
    EXPECT_EQ(fault->hint, hint) << text;
  }
}

TEST(FormatNumber, IsReadBackToTheSameValue) {
  for (const double number : {0.0, 1.0, -2.0, 0.1, 1e-8, 1e6, 1e15, 1e16, 1.0 / 3, 5e-324,
                              std::numeric_limits<double>::max()}) {
    double value = 1;
    EXPECT_FALSE(ReadDecimal(FormatNumber(number), value)) << FormatNumber(number);
    EXPECT_EQ(value, number);
  }
  EXPECT_EQ(FormatNumber(1e6), "1000000");
  EXPECT_EQ(FormatNumber(0.001), "0.001");
}

}  // namespace
}  // namespace paceline
