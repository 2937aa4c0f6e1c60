// Sixteen floats at once, for the files of this folder that are compiled once per instruction set:
// vectors where there are, else an array. So sums over lanes have one order everywhere.
#pragma once

#include "common/lane/math.h"
#include "common/lane/simd.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {

inline constexpr size_t kLanes = 16;

#if PACELINE_SIMD_PACK

namespace hn = hwy::HWY_NAMESPACE;
using V = lane::Pack;
// As many vector registers as the instruction set has for accumulators of one product.
inline constexpr int kTileRows = lane::kPackRegisters == 1 ? 8 : 6;
inline constexpr int kTilePacks = lane::kPackRegisters == 1 ? 2 : 1;

// The first `count` of 16 floats, count ≥ 1, the others 0. Touches no memory behind them.
PACELINE_LANE V LoadFirst(const float* p, size_t count) {
  if (count >= kLanes) return V::Load(p);
  V v;
  for (int i = 0; i < lane::kPackRegisters; ++i) {
    const size_t before = static_cast<size_t>(i) * lane::kPackWidth;
    const auto mask = hn::FirstN(lane::PackD(), count > before ? count - before : 0);
    v.raw[i] = hn::MaskedLoad(mask, lane::PackD(), p + before);
  }
  return v;
}
PACELINE_LANE void StoreFirst(V v, float* p, size_t count) {
  if (count >= kLanes) return v.Store(p);
  for (int i = 0; i < lane::kPackRegisters; ++i) {
    const size_t before = static_cast<size_t>(i) * lane::kPackWidth;
    const auto mask = hn::FirstN(lane::PackD(), count > before ? count - before : 0);
    hn::BlendedStore(v.raw[i], mask, lane::PackD(), p + before);
  }
}

// Lane i with lane i + 8, then 4, 2, 1.
template <class Join>
PACELINE_LANE float JoinLanes(V v, const Join& join) {
  const hn::CappedTag<float, 4> four;
#if HWY_STATIC_TARGET <= HWY_AVX3
  const hn::Half<lane::PackD> half;
  const auto lower = join(hn::LowerHalf(half, v.raw[0]), hn::UpperHalf(half, v.raw[0]));
#else
  const auto lower = join(v.raw[0], v.raw[1]);
#endif
  const auto quarter = join(hn::LowerHalf(four, lower), hn::UpperHalf(four, lower));
  const auto pairs = join(quarter, hn::Shuffle1032(quarter));
  return hn::GetLane(join(pairs, hn::Shuffle2301(pairs)));
}
PACELINE_LANE float SumLanes(V v) {
  return JoinLanes(v, [](auto a, auto b) PACELINE_INLINE_LAMBDA { return hn::Add(a, b); });
}
PACELINE_LANE float MaxLanes(V v) {
  return JoinLanes(v, [](auto a, auto b) PACELINE_INLINE_LAMBDA { return hn::Max(a, b); });
}

#else

inline constexpr int kTileRows = 4, kTilePacks = 1;

#define PACELINE_EACH_LANE for (size_t i = 0; i < kLanes; ++i)

struct WideU {
  uint32_t raw[kLanes];
  static PACELINE_LANE WideU Set(uint32_t x) {
    WideU r;
    PACELINE_EACH_LANE r.raw[i] = x;
    return r;
  }
};
struct WideMask {
  bool raw[kLanes];
};
struct V {
  using U = WideU;
  using Mask = WideMask;
  float raw[kLanes];
  static PACELINE_LANE V Set(float x) {
    V r;
    PACELINE_EACH_LANE r.raw[i] = x;
    return r;
  }
  static PACELINE_LANE V Load(const float* p) {
    V r;
    memcpy(r.raw, p, sizeof r.raw);
    return r;
  }
  PACELINE_LANE void Store(float* p) const { memcpy(p, raw, sizeof raw); }
};

#define PACELINE_WIDE(Result, From, name, expression) \
  PACELINE_LANE Result name(From a, From b) {         \
    Result r;                                         \
    PACELINE_EACH_LANE r.raw[i] = expression;         \
    return r;                                         \
  }
PACELINE_WIDE(WideU, WideU, operator+, a.raw[i] + b.raw[i])
PACELINE_WIDE(WideU, WideU, operator-, a.raw[i] - b.raw[i])
PACELINE_WIDE(WideU, WideU, operator^, a.raw[i] ^ b.raw[i])
PACELINE_WIDE(WideU, WideU, operator&, a.raw[i] & b.raw[i])
PACELINE_WIDE(WideU, WideU, operator|, a.raw[i] | b.raw[i])
PACELINE_WIDE(V, V, operator+, a.raw[i] + b.raw[i])
PACELINE_WIDE(V, V, operator-, a.raw[i] - b.raw[i])
PACELINE_WIDE(V, V, operator*, a.raw[i] * b.raw[i])
PACELINE_WIDE(V, V, operator/, a.raw[i] / b.raw[i])
PACELINE_WIDE(V, V, Max, a.raw[i] > b.raw[i] ? a.raw[i] : b.raw[i])
PACELINE_WIDE(V, V, Min, a.raw[i] < b.raw[i] ? a.raw[i] : b.raw[i])
PACELINE_WIDE(WideMask, V, operator<, a.raw[i] < b.raw[i])
PACELINE_WIDE(WideMask, V, operator==, a.raw[i] == b.raw[i])
#undef PACELINE_WIDE

#define PACELINE_WIDE(Result, From, name, expression) \
  PACELINE_LANE Result name(From a) {                 \
    Result r;                                         \
    PACELINE_EACH_LANE r.raw[i] = (expression).raw;   \
    return r;                                         \
  }
PACELINE_WIDE(V, V, operator-, -lane::Scalar{a.raw[i]})
PACELINE_WIDE(V, V, Sqrt, lane::Sqrt(lane::Scalar{a.raw[i]}))
PACELINE_WIDE(V, V, Abs, lane::Abs(lane::Scalar{a.raw[i]}))
PACELINE_WIDE(V, V, Round, lane::Round(lane::Scalar{a.raw[i]}))
PACELINE_WIDE(WideU, V, Bits, lane::Bits(lane::Scalar{a.raw[i]}))
PACELINE_WIDE(V, WideU, FromBits, lane::FromBits(lane::ScalarU{a.raw[i]}))
PACELINE_WIDE(WideU, V, ToInt, lane::ToInt(lane::Scalar{a.raw[i]}))
PACELINE_WIDE(V, WideU, FromInt, lane::FromInt(lane::ScalarU{a.raw[i]}))
#undef PACELINE_WIDE

template <int kBits>
PACELINE_LANE WideU ShiftLeft(WideU a) {
  PACELINE_EACH_LANE a.raw[i] <<= kBits;
  return a;
}
template <int kBits>
PACELINE_LANE WideU ShiftRight(WideU a) {
  PACELINE_EACH_LANE a.raw[i] >>= kBits;
  return a;
}
PACELINE_LANE V Fma(const V& a, const V& b, V c) {
  PACELINE_EACH_LANE c.raw[i] = ::fmaf(a.raw[i], b.raw[i], c.raw[i]);
  return c;
}
PACELINE_LANE V Fnma(const V& a, const V& b, V c) {
  PACELINE_EACH_LANE c.raw[i] = ::fmaf(-a.raw[i], b.raw[i], c.raw[i]);
  return c;
}
PACELINE_LANE V Select(const WideMask& mask, V yes, const V& no) {
  PACELINE_EACH_LANE yes.raw[i] = mask.raw[i] ? yes.raw[i] : no.raw[i];
  return yes;
}

PACELINE_LANE V LoadFirst(const float* p, size_t count) {
  V v;
  PACELINE_EACH_LANE v.raw[i] = i < count ? p[i] : 0.0f;
  return v;
}
PACELINE_LANE void StoreFirst(const V& v, float* p, size_t count) {
  for (size_t i = 0; i < kLanes && i < count; ++i) p[i] = v.raw[i];
}
template <class Join>
PACELINE_LANE float JoinLanes(V v, const Join& join) {
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) v.raw[i] = join(v.raw[i], v.raw[i + half]);
  }
  return v.raw[0];
}
PACELINE_LANE float SumLanes(const V& v) {
  return JoinLanes(v, [](float a, float b) { return a + b; });
}
PACELINE_LANE float MaxLanes(const V& v) {
  return JoinLanes(v, [](float a, float b) { return a > b ? a : b; });
}

#undef PACELINE_EACH_LANE

#endif

// body(first element, how many of 16) for all of [0, count).
template <class Body>
PACELINE_LANE void ForPacks(size_t count, const Body& body) {
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, kLanes);
  if (i < count) body(i, count - i);
}

// As LoadFirst, the others `rest`.
PACELINE_LANE V LoadFirstOr(const float* p, size_t count, float rest) {
  if (count >= kLanes) return V::Load(p);
  float padded[kLanes];
  V::Set(rest).Store(padded);
  StoreFirst(LoadFirst(p, count), padded, count);
  return V::Load(padded);
}

// ln x for all x: −inf at 0, NaN below, +inf at +inf; subnormal numbers count as 0.
PACELINE_LANE V AnyLog(V x) {
  const V infinity = V::Set(__builtin_inff()), zero = V::Set(0.0f);
  const V y = Select(x == infinity, x, lane::Log(x));
  const V positive = Select(V::Set(1.17549435e-38f) < x, y, -infinity);
  const V defined = Select(x < zero, V::Set(__builtin_nanf("")), positive);
  return Select(x == x, defined, x);
}

}  // namespace paceline::fused::PACELINE_SIMD_NAMESPACE
