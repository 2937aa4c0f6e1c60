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

std::optional<Tensor> ToFloat32(Tensor tensor) {
  switch (tensor.dtype) {
    case DType::kF32:
      return tensor;
    case DType::kF64:
      tensor.data =
          Converted<double>(tensor.data, [](double value) { return static_cast<float>(value); });
      break;
    case DType::kF16:
      tensor.data = Converted<uint16_t>(tensor.data, FromHalf);
      break;
    case DType::kBf16:
      tensor.data = Converted<uint16_t>(tensor.data, FromBfloat);
      break;
    case DType::kI32:
    case DType::kI64:
    case DType::kU8:
    case DType::kBool:
    case DType::kI8:
    case DType::kI16:
    case DType::kU16:
    case DType::kU32:
    case DType::kU64:
    case DType::kC64:
    case DType::kF8E4m3:
    case DType::kF8E5m2:
    case DType::kF8E8m0:
    case DType::kF8E4m3fnuz:
    case DType::kF8E5m2fnuz:
    case DType::kF6E2m3:
    case DType::kF6E3m2:
    case DType::kF4:
      return std::nullopt;
  }
  tensor.dtype = DType::kF32;
  return tensor;
}

std::optional<DType> FloatDType(std::string_view name) {
  if (name == "float32") return DType::kF32;
  if (name == "float64") return DType::kF64;
  if (name == "float16") return DType::kF16;
  if (name == "bfloat16") return DType::kBf16;
  return std::nullopt;
}

}  // namespace paceline
