// ln, exp and powers of doubles made of IEEE operations alone: the same bits on every machine and
// on a GPU, which the C library does not promise.
#pragma once

#include <cmath>
#include <initializer_list>

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

// Taylor's series of sin(r)/r and cos(r) in z = r², |r| ≤ 0.786.
PACELINE_LANE double PortableSinSeries(double z) {
  double sum = -1.0 / 121645100408832000;
  for (const double inverse_factorial :
       {1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800,
        1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1.0}) {
    sum = ::fma(sum, z, inverse_factorial);
  }
  return sum;
}
PACELINE_LANE double PortableCosSeries(double z) {
  double sum = -1.0 / 6402373705728000;
  for (const double inverse_factorial :
       {1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320,
        -1.0 / 720, 1.0 / 24, -0.5, 1.0}) {
    sum = ::fma(sum, z, inverse_factorial);
  }
  return sum;
}

// Sine (quadrant 0) and cosine (1). Absolute error below 4e-16 for |x| < 1e5; further away no worse
// than the reduction by π/2 allows. NaN for what is not finite.
PACELINE_LANE double PortableSinQuadrant(double x, int quadrant) {
  const double n = ::nearbyint(x * 0.63661977236758134308);
  double r = ::fma(-n, 1.57079632679489655800, x);
  r = ::fma(-n, 6.12323399573676603587e-17, r);
  const double z = r * r;
  const int turn = (static_cast<int>(::fmod(n, 4)) + quadrant) & 3;
  const double value = turn % 2 == 0 ? PortableSinSeries(z) * r : PortableCosSeries(z);
  return turn >= 2 ? -value : value;
}
PACELINE_LANE double PortableSin(double x) {
  return x - x == 0 ? PortableSinQuadrant(x, 0) : x - x;
}
PACELINE_LANE double PortableCos(double x) {
  return x - x == 0 ? PortableSinQuadrant(x, 1) : x - x;
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
