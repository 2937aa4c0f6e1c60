// Forward-mode derivatives: a number with its derivatives by the numbers of θ, of which a system
// has at most two.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "common/lane/portable_math.h"

namespace paceline {

struct Dual {
  static constexpr size_t kSlopes = 2;
  double value = 0;
  std::array<double, kSlopes> slope{};

  Dual() = default;
  Dual(double number) : value(number) {}  // NOLINT: a constant is a number of slope 0
  // The variable by which slope `index` is taken.
  static Dual Variable(double number, size_t index) {
    Dual variable(number);
    variable.slope[index] = 1;
    return variable;
  }
};

// f(a) with f′(a) = `derivative`.
inline Dual Chain(double value, double derivative, const Dual& a) {
  Dual result(value);
  for (size_t i = 0; i < Dual::kSlopes; ++i) result.slope[i] = derivative * a.slope[i];
  return result;
}
// f(a, b) with its partial derivatives.
inline Dual Chain(double value, double by_a, const Dual& a, double by_b, const Dual& b) {
  Dual result(value);
  for (size_t i = 0; i < Dual::kSlopes; ++i) {
    result.slope[i] = by_a * a.slope[i] + by_b * b.slope[i];
  }
  return result;
}

inline Dual operator+(const Dual& a, const Dual& b) { return Chain(a.value + b.value, 1, a, 1, b); }
inline Dual operator-(const Dual& a, const Dual& b) {
  return Chain(a.value - b.value, 1, a, -1, b);
}
inline Dual operator*(const Dual& a, const Dual& b) {
  return Chain(a.value * b.value, b.value, a, a.value, b);
}
inline Dual operator/(const Dual& a, const Dual& b) {
  const double quotient = a.value / b.value;
  return Chain(quotient, 1 / b.value, a, -quotient / b.value, b);
}

// For both kinds of number; of the same bits on every machine.
inline double Exp(double x) { return PortableExp(x); }
inline double Sqrt(double x) { return std::sqrt(x); }
inline double Sin(double x) { return PortableSin(x); }
inline double Sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

inline Dual Exp(const Dual& x) {
  const double value = Exp(x.value);
  return Chain(value, value, x);
}
inline Dual Sqrt(const Dual& x) {
  const double root = Sqrt(x.value);
  return Chain(root, 0.5 / root, x);
}
inline Dual Sin(const Dual& x) { return Chain(Sin(x.value), PortableCos(x.value), x); }
// A step function: slope 0.
inline Dual Sign(const Dual& x) { return Sign(x.value); }

}  // namespace paceline
