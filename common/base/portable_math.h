// ln, exp and powers of doubles made of IEEE operations alone: the same bits on every machine,
// which the C library does not promise.
#pragma once

namespace paceline {

// x > 0, normal. Within 4 units in the last place.
double PortableLog(double x);
// Relative error below 4e-16; +inf above 709.78, 0 below −745.2, NaN for NaN.
double PortableExp(double x);
// base^exponent by squaring; relative error below exponent · 2^-52.
double PortablePower(double base, unsigned long exponent);

}  // namespace paceline
