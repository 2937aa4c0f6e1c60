// The lane type of one double, with the operations of common/lane/scalar.h that hand-designed
// optimizers need: the same text over it is what their float32 is measured by.
#pragma once

#include <cmath>

#include "common/lane/scalar.h"

namespace paceline::lane {

struct Double {
  static constexpr int kLanes = 1;
  static constexpr int kRegisters = 16;
  using Mask = bool;
  double raw;
  static PACELINE_LANE Double Set(double x) { return {x}; }
  static PACELINE_LANE Double Load(const double* p) { return {*p}; }
  PACELINE_LANE void Store(double* p) const { *p = raw; }
};

PACELINE_LANE Double operator+(Double a, Double b) { return {a.raw + b.raw}; }
PACELINE_LANE Double operator-(Double a, Double b) { return {a.raw - b.raw}; }
PACELINE_LANE Double operator*(Double a, Double b) { return {a.raw * b.raw}; }
PACELINE_LANE Double operator/(Double a, Double b) { return {a.raw / b.raw}; }
PACELINE_LANE Double operator-(Double a) { return {-a.raw}; }
PACELINE_LANE bool operator<(Double a, Double b) { return a.raw < b.raw; }
PACELINE_LANE bool operator==(Double a, Double b) { return a.raw == b.raw; }
PACELINE_LANE Double Fma(Double a, Double b, Double c) { return {::fma(a.raw, b.raw, c.raw)}; }
PACELINE_LANE Double Fnma(Double a, Double b, Double c) { return {::fma(-a.raw, b.raw, c.raw)}; }
PACELINE_LANE Double Sqrt(Double a) { return {::sqrt(a.raw)}; }
PACELINE_LANE Double Abs(Double a) { return {::fabs(a.raw)}; }
PACELINE_LANE Double Max(Double a, Double b) { return {a.raw > b.raw ? a.raw : b.raw}; }
PACELINE_LANE Double Min(Double a, Double b) { return {a.raw < b.raw ? a.raw : b.raw}; }
PACELINE_LANE Double Select(bool mask, Double yes, Double no) { return mask ? yes : no; }

// What a lane type's elements are, and the lane type of one of them.
template <class V>
struct ElementOf {
  using Number = float;
  using One = Scalar;
};
template <>
struct ElementOf<Double> {
  using Number = double;
  using One = Double;
};
template <class V>
using Number = typename ElementOf<V>::Number;
template <class V>
using One = typename ElementOf<V>::One;

}  // namespace paceline::lane
