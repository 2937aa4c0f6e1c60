// What the elementary functions of common/lane/math.h count as in float32 additions and
// multiplications: the operations of their polynomials.
#pragma once

namespace paceline {

inline constexpr double kExp = 20, kLog = 28, kRsqrt = 13, kTanh = 38, kSinCos = 24;

}  // namespace paceline
