// ln, exp and powers of doubles made of IEEE operations alone: the same bits on every machine and
// on a GPU, which the C library does not promise.
#pragma once

#include <cmath>

#include "common/lane/scalar.h"

namespace paceline {

// ln 2 in two parts; a multiple of the first by an exponent is exact.
inline constexpr double kLn2High = 6.93147180369123816490e-01;
inline constexpr double kLn2Low = 1.90821492927058770002e-10;

// x > 0, normal. Within 4 units in the last place.
PACELINE_LANE double PortableLog(double x) {
  int exponent = 0;
  double mantissa = ::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752440) {
    mantissa *= 2;
    --exponent;
  }
  // ln m = 2·artanh s = 2·(s + s³/3 + s⁵/5 + ...), |s| < 0.172.
  const double s = (mantissa - 1) / (mantissa + 1);
  const double z = s * s;
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = sum * z + 1.0 / k;
  return exponent * kLn2High + (2 * s * sum + exponent * kLn2Low);
}

// Relative error below 4e-16; +inf above 709.78, 0 below −745.2, NaN for NaN.
PACELINE_LANE double PortableExp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return HUGE_VAL;
  if (x < -745.2) return 0;
  const double n = ::nearbyint(x * 1.4426950408889634);
  const double r = ::fma(-n, kLn2Low, ::fma(-n, kLn2High, x));
  // Taylor's series; |r| ≤ 0.347, so the first term left out is below 2^-56.
  double sum = 1;
  for (int k = 14; k > 0; --k) sum = ::fma(sum, r / k, 1.0);
  return ::ldexp(sum, static_cast<int>(n));
}

// base^exponent by squaring; relative error below exponent · 2^-52.
PACELINE_LANE double PortablePower(double base, unsigned long exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

}  // namespace paceline
