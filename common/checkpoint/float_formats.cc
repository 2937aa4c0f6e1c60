#include "common/checkpoint/float_formats.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace paceline {
namespace {

float FromHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const int fraction = bits & 0x3ff;
  float magnitude = 0;
  if (exponent == 0x1f) {
    magnitude = fraction == 0 ? INFINITY : NAN;
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    magnitude = std::ldexp(static_cast<float>(fraction | 0x400), exponent - 25);
  }
  return bits & 0x8000 ? -magnitude : magnitude;
}

float FromBfloat(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

template <class From, class Convert>
std::string Converted(std::string_view data, Convert convert) {
  std::string result(data.size() / sizeof(From) * sizeof(float), '\0');
  for (size_t i = 0; i < data.size() / sizeof(From); ++i) {
    From from;
    std::memcpy(&from, data.data() + i * sizeof(From), sizeof from);
    const float value = convert(from);
    std::memcpy(result.data() + i * sizeof value, &value, sizeof value);
  }
  return result;
}

}  // namespace

size_t FloatFormatBytes(std::string_view name) {
  if (name == "float64") return 8;
  if (name == "float32") return 4;
  return name == "float16" || name == "bfloat16" ? 2 : 0;
}

std::optional<std::string> ToFloat32(std::string_view name, std::string_view data) {
  if (name == "float32") return std::string(data);
  if (name == "float64") {
    return Converted<double>(data, [](double value) { return static_cast<float>(value); });
  }
  if (name == "float16") return Converted<uint16_t>(data, FromHalf);
  if (name == "bfloat16") return Converted<uint16_t>(data, FromBfloat);
  return std::nullopt;
}

}  // namespace paceline
