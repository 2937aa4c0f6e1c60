#include "common/lane/portable_math.h"

namespace paceline {

double PortableLog(double x) {
  constexpr double kSqrtHalf = 0.70710678118654752440;
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

}  // namespace paceline
