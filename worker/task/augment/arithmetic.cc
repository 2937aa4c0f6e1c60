#include "worker/task/augment/arithmetic.h"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace paceline {
namespace {

constexpr uint32_t kSign = 0x8000'0000u, kInfinity = 0x7f80'0000u;

// The float's bits without its last `bits`, which round to even. A carry out of the fraction is
// the next power of two, out of the last one an infinity.
uint32_t RoundBits(uint32_t value, int bits) {
  const uint32_t below = (1u << (bits - 1)) - 1;
  const uint32_t odd = value >> bits & 1;
  return (value + below + odd) >> bits << bits;
}

float ToBf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & ~kSign) > kInfinity) return value;  // no number
  return std::bit_cast<float>(RoundBits(bits, 16));
}

// 10 bits of fraction from 2^-14 to 65504, below that multiples of 2^-24.
float ToF16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & ~kSign) > kInfinity) return value;
  const float magnitude = std::bit_cast<float>(bits & ~kSign);
  if (magnitude < 0x1p-14f) {
    // The sum's last place is 2^-24, and it rounds to even.
    const float rounded = (magnitude + 0.5f) - 0.5f;
    return std::copysign(rounded, value);
  }
  const float rounded = std::bit_cast<float>(RoundBits(bits, 13));
  return std::fabs(rounded) > 65504 ? std::copysign(INFINITY, value) : rounded;
}

}  // namespace

double Dot(std::span<const float> a, std::span<const float> b) {
  constexpr size_t kLanes = 8;
  double sums[kLanes] = {};
  const size_t whole = a.size() / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
  }
  for (size_t i = whole; i < a.size(); ++i) {
    sums[i - whole] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

float RoundTo(v1::StorageType type, float value) {
  return type == v1::STORAGE_TYPE_F16 ? ToF16(value) : ToBf16(value);
}

void RoundAll(v1::StorageType type, std::span<float> values) {
  for (float& value : values) value = RoundTo(type, value);
}

void MultiplyBy(std::span<const float> factors, std::span<float> values) {
  for (size_t i = 0; i < values.size(); ++i) values[i] *= factors[i];
}

void DivideBy(std::span<const float> divisors, std::span<float> values) {
  for (size_t i = 0; i < values.size(); ++i) values[i] /= divisors[i];
}

void MultiplyBy(float factor, std::span<float> values) {
  for (float& value : values) value *= factor;
}

void AddEsPair(float plus, float minus, double sigma, uint32_t pairs, std::span<const float> e,
               std::span<float> gradient) {
  const double difference = static_cast<double>(plus) - static_cast<double>(minus);
  const auto coefficient = static_cast<float>(difference / (2 * sigma * sigma * pairs));
  for (size_t i = 0; i < e.size(); ++i) gradient[i] += coefficient * e[i];
}

void AddProjection(std::span<const float> gradient, std::span<const float> direction, bool sign,
                   std::span<float> sum) {
  const double square = Dot(direction, direction);
  if (square == 0) return;
  const double along = Dot(gradient, direction);
  const double signum = along > 0 ? 1 : along < 0 ? -1 : along;  // no number stays none
  const auto coefficient = static_cast<float>(sign ? signum / std::sqrt(square) : along / square);
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += coefficient * direction[i];
}

void Normalize(std::span<float> gradient) {
  const double norm = std::sqrt(Dot(gradient, gradient));
  if (norm == 0) return;
  for (float& value : gradient) value = static_cast<float>(static_cast<double>(value) / norm);
}

void AddNoise(double scale, std::span<const float> noise, std::span<float> gradient) {
  const double mean = Dot(gradient, gradient) / static_cast<double>(gradient.size());
  const auto coefficient = static_cast<float>(scale * std::sqrt(mean));
  for (size_t i = 0; i < gradient.size(); ++i) gradient[i] += coefficient * noise[i];
}

}  // namespace paceline
