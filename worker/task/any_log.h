// The natural logarithm at its edges too, which lane::Log leaves out.
#pragma once

#include <cfloat>
#include <cmath>
#include <limits>

#include "common/lane/math.h"

namespace paceline {

// ln x for x ≥ 0, subnormal numbers included; ln 0 = −inf, ln inf = inf, ln NaN = NaN.
inline float AnyLog(float x) {
  if (x == 0) return -std::numeric_limits<float>::infinity();
  if (!(x <= FLT_MAX)) return x;
  if (x >= FLT_MIN) return lane::Log(lane::Scalar{x}).raw;
  constexpr float kLog2To64 = 44.3614195558364998f;
  return lane::Log(lane::Scalar{x * 0x1p64f}).raw - kLog2To64;
}

}  // namespace paceline
