// A lane type of several V side by side: what is written over it computes so many independent
// chains in turn, so that one waits while another goes on. For functions whose steps hang on each
// other (common/lane/math.h); where many sums are kept, registers are scarcer than latency.
#pragma once

#include "common/lane/scalar.h"

namespace paceline::lane {

#define PACELINE_EACH_PART \
  PACELINE_UNROLL(8)       \
  for (int i = 0; i < kCount; ++i)

template <class V, int kCount>
struct WideU {
  typename V::U part[kCount];
  static PACELINE_LANE WideU Set(uint32_t x) {
    WideU r;
    PACELINE_EACH_PART r.part[i] = V::U::Set(x);
    return r;
  }
  static PACELINE_LANE WideU Iota(uint32_t first) {
    WideU r;
    PACELINE_EACH_PART r.part[i] = V::U::Iota(first + static_cast<uint32_t>(i * V::kLanes));
    return r;
  }
  static PACELINE_LANE WideU Load(const uint32_t* p) {
    WideU r;
    PACELINE_EACH_PART r.part[i] = V::U::Load(p + i * V::kLanes);
    return r;
  }
  PACELINE_LANE void Store(uint32_t* p) const {
    PACELINE_EACH_PART part[i].Store(p + i * V::kLanes);
  }
};

template <class V, int kCount>
struct WideMask {
  typename V::Mask part[kCount];
};

template <class V, int kCount>
struct Wide {
  static constexpr int kLanes = kCount * V::kLanes;
  static constexpr int kRegisters = V::kRegisters / kCount;
  using Mask = WideMask<V, kCount>;
  using U = WideU<V, kCount>;
  V part[kCount];
  static PACELINE_LANE Wide Set(float x) {
    Wide r;
    PACELINE_EACH_PART r.part[i] = V::Set(x);
    return r;
  }
  static PACELINE_LANE Wide Load(const float* p) {
    Wide r;
    PACELINE_EACH_PART r.part[i] = V::Load(p + i * V::kLanes);
    return r;
  }
  PACELINE_LANE void Store(float* p) const { PACELINE_EACH_PART part[i].Store(p + i * V::kLanes); }
};

#define PACELINE_WIDE(Result, name, arguments, value) \
  template <class V, int kCount>                      \
  PACELINE_LANE Result<V, kCount> name arguments {    \
    Result<V, kCount> r;                              \
    PACELINE_EACH_PART r.part[i] = value;             \
    return r;                                         \
  }
#define PACELINE_WIDE_UNARY(Result, name, From) \
  PACELINE_WIDE(Result, name, (From<V, kCount> a), name(a.part[i]))
#define PACELINE_WIDE_BINARY(Result, name, From) \
  PACELINE_WIDE(Result, name, (From<V, kCount> a, From<V, kCount> b), name(a.part[i], b.part[i]))
#define PACELINE_WIDE_OPERATOR(Result, op, From) \
  PACELINE_WIDE(Result, operator op, (From<V, kCount> a, From<V, kCount> b), a.part[i] op b.part[i])

PACELINE_WIDE_OPERATOR(WideU, +, WideU)
PACELINE_WIDE_OPERATOR(WideU, -, WideU)
PACELINE_WIDE_OPERATOR(WideU, *, WideU)
PACELINE_WIDE_OPERATOR(WideU, ^, WideU)
PACELINE_WIDE_OPERATOR(WideU, &, WideU)
PACELINE_WIDE_OPERATOR(WideU, |, WideU)
PACELINE_WIDE_OPERATOR(Wide, +, Wide)
PACELINE_WIDE_OPERATOR(Wide, -, Wide)
PACELINE_WIDE_OPERATOR(Wide, *, Wide)
PACELINE_WIDE_OPERATOR(Wide, /, Wide)
PACELINE_WIDE_OPERATOR(WideMask, <, Wide)
PACELINE_WIDE_OPERATOR(WideMask, ==, Wide)
PACELINE_WIDE(Wide, operator-, (Wide<V, kCount> a), -a.part[i])
PACELINE_WIDE_BINARY(WideU, MulHigh, WideU)
PACELINE_WIDE_BINARY(Wide, Max, Wide)
PACELINE_WIDE_BINARY(Wide, Min, Wide)
PACELINE_WIDE_UNARY(Wide, Held, Wide)
PACELINE_WIDE_UNARY(Wide, Sqrt, Wide)
PACELINE_WIDE_UNARY(Wide, Abs, Wide)
PACELINE_WIDE_UNARY(Wide, Round, Wide)
PACELINE_WIDE_UNARY(WideU, Bits, Wide)
PACELINE_WIDE_UNARY(Wide, FromBits, WideU)
PACELINE_WIDE_UNARY(WideU, ToInt, Wide)
PACELINE_WIDE_UNARY(Wide, FromInt, WideU)
PACELINE_WIDE(Wide, Fma, (Wide<V, kCount> a, Wide<V, kCount> b, Wide<V, kCount> c),
              Fma(a.part[i], b.part[i], c.part[i]))
PACELINE_WIDE(Wide, Fnma, (Wide<V, kCount> a, Wide<V, kCount> b, Wide<V, kCount> c),
              Fnma(a.part[i], b.part[i], c.part[i]))
PACELINE_WIDE(Wide, Select, (WideMask<V, kCount> mask, Wide<V, kCount> yes, Wide<V, kCount> no),
              Select(mask.part[i], yes.part[i], no.part[i]))

#undef PACELINE_WIDE_OPERATOR
#undef PACELINE_WIDE_BINARY
#undef PACELINE_WIDE_UNARY
#undef PACELINE_WIDE

template <int kBits, class V, int kCount>
PACELINE_LANE WideU<V, kCount> ShiftLeft(WideU<V, kCount> a) {
  PACELINE_EACH_PART a.part[i] = ShiftLeft<kBits>(a.part[i]);
  return a;
}
template <int kBits, class V, int kCount>
PACELINE_LANE WideU<V, kCount> ShiftRight(WideU<V, kCount> a) {
  PACELINE_EACH_PART a.part[i] = ShiftRight<kBits>(a.part[i]);
  return a;
}

#undef PACELINE_EACH_PART

// As wide as 16 lanes, or V itself where it is a scalar.
template <class V>
struct SixteenOf {
  using Type = Wide<V, 16 / V::kLanes>;
};
template <>
struct SixteenOf<Scalar> {
  using Type = Scalar;
};

}  // namespace paceline::lane
