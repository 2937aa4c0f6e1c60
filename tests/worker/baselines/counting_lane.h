// Numbers that count what is computed with them, as common/baseline/flops.h says: nothing is
// multiplied by 0 or ±1, nothing added to 0.
#pragma once

#include <cmath>
#include <cstdint>

#include "common/lane/double.h"

namespace paceline::lane {

// A float.
class Counted {
 public:
  static inline thread_local uint64_t flops = 0;  // so far

  Counted(double value = 0) : value_(static_cast<float>(value)) {}
  explicit operator float() const { return value_; }
  explicit operator double() const { return value_; }

  // Counts one operation if it is one; its result.
  static Counted Result(bool counts, float result) {
    flops += counts ? 1 : 0;
    return result;
  }
  friend Counted operator+(Counted a, Counted b) {
    return Result(a.value_ != 0 && b.value_ != 0, a.value_ + b.value_);
  }
  friend Counted operator-(Counted a) { return -a.value_; }
  friend Counted operator-(Counted a, Counted b) { return a + -b; }
  friend Counted operator*(Counted a, Counted b) {
    return Result(a.IsFactor() && b.IsFactor(), a.value_ * b.value_);
  }
  friend Counted operator/(Counted a, Counted b) {
    return Result(a.value_ != 0 && b.IsFactor(), a.value_ / b.value_);
  }
  friend bool operator<(Counted a, Counted b) { return Result(true, 0), a.value_ < b.value_; }
  friend bool operator>(Counted a, Counted b) { return b < a; }
  friend bool operator==(Counted a, Counted b) { return Result(true, 0), a.value_ == b.value_; }
  friend Counted Fma(Counted a, Counted b, Counted c) {
    const float product = (a * b).value_;
    return Result(product != 0 && c.value_ != 0, std::fma(a.value_, b.value_, c.value_));
  }
  friend Counted Root(Counted a) { return Result(true, std::sqrt(a.value_)); }

 private:
  bool IsFactor() const { return value_ != 0 && std::abs(value_) != 1; }
  float value_;
};

// The lane type of one such number; or of one float, for rules that know nothing else.
template <class NumberType>
struct Counting {
  static constexpr int kLanes = 1;
  static constexpr int kRegisters = 16;
  using Mask = bool;
  NumberType raw;
  static Counting Set(NumberType x) { return {x}; }
  static Counting Load(const NumberType* p) { return {*p}; }
  void Store(NumberType* p) const { *p = raw; }

  static Counting Of(Counted x) { return {static_cast<NumberType>(x)}; }
  Counted counted() const { return Counted(raw); }

  friend Counting operator+(Counting a, Counting b) { return Of(a.counted() + b.counted()); }
  friend Counting operator-(Counting a, Counting b) { return Of(a.counted() - b.counted()); }
  friend Counting operator*(Counting a, Counting b) { return Of(a.counted() * b.counted()); }
  friend Counting operator/(Counting a, Counting b) { return Of(a.counted() / b.counted()); }
  friend Counting operator-(Counting a) { return Of(-a.counted()); }
  friend bool operator<(Counting a, Counting b) { return a.counted() < b.counted(); }
  friend bool operator==(Counting a, Counting b) { return a.counted() == b.counted(); }
  friend Counting Fma(Counting a, Counting b, Counting c) {
    return Of(Fma(a.counted(), b.counted(), c.counted()));
  }
  friend Counting Fnma(Counting a, Counting b, Counting c) { return Fma(-a, b, c); }
  friend Counting Sqrt(Counting a) { return Of(Root(a.counted())); }
  friend Counting Abs(Counting a) { return a < Set(0) ? -a : a; }
  friend Counting Max(Counting a, Counting b) { return b < a ? a : b; }
  friend Counting Min(Counting a, Counting b) { return a < b ? a : b; }
  friend Counting Select(bool mask, Counting yes, Counting no) { return mask ? yes : no; }
};

template <class NumberType>
struct ElementOf<Counting<NumberType>> {
  using Number = NumberType;
  using One = Counting<NumberType>;
};

}  // namespace paceline::lane
