#include "common/base/portable_math.h"

#include <cmath>
#include <limits>

namespace paceline {
namespace {

// ln 2 in two parts; a multiple of the first by an exponent is exact.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kSqrtHalf = 0.70710678118654752440;

}  // namespace

double PortableLog(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < kSqrtHalf) {
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

double PortableExp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0;
  const double n = std::nearbyint(x * 1.4426950408889634);
  const double r = std::fma(-n, kLn2Low, std::fma(-n, kLn2High, x));
  // Taylor's series; |r| ≤ 0.347, so the first term left out is below 2^-56.
  double sum = 1;
  for (int k = 14; k > 0; --k) sum = std::fma(sum, r / k, 1);
  return std::ldexp(sum, static_cast<int>(n));
}

double PortablePower(double base, unsigned long exponent) {
  double result = 1;
  for (; exponent > 0; exponent /= 2, base *= base) {
    if (exponent % 2 == 1) result *= base;
  }
  return result;
}

}  // namespace paceline
