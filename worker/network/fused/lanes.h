// Sixteen floats at once, for the files of this folder that are compiled once per instruction set:
// as many registers as that takes, so that sums over lanes have one order everywhere.
#pragma once

#include "common/lane/math.h"
#include "common/lane/simd.h"

namespace paceline::fused::PACELINE_SIMD_NAMESPACE {

inline constexpr size_t kLanes = 16;
inline constexpr size_t kPartLanes = lane::SimdLane::kLanes;
inline constexpr int kParts = static_cast<int>(kLanes / kPartLanes);

// The lanes of one register, and how many accumulators of a product there are beside its operands.
using Part = lane::SimdLane;
#if PACELINE_SIMD_PACK && HWY_STATIC_TARGET <= HWY_AVX3
using V = Part;
PACELINE_LANE Part& PartOf(V& v, int) { return v; }
inline constexpr int kTileRows = 8, kTilePacks = 2;
#else
using V = lane::Wide<Part, kParts>;
PACELINE_LANE Part& PartOf(V& v, int i) { return v.part[i]; }
inline constexpr int kTileRows = PACELINE_SIMD_PACK ? 6 : 4, kTilePacks = 1;
#endif

// The first `count` lanes of a part; no memory behind them is touched.
#if PACELINE_SIMD_PACK
namespace hn = hwy::HWY_NAMESPACE;
PACELINE_LANE Part LoadPart(const float* p, size_t count) {
  return {hn::MaskedLoad(hn::FirstN(lane::PackD(), count), lane::PackD(), p)};
}
PACELINE_LANE void StorePart(Part v, float* p, size_t count) {
  hn::BlendedStore(v.raw, hn::FirstN(lane::PackD(), count), lane::PackD(), p);
}
#else
PACELINE_LANE Part LoadPart(const float* p, size_t count) { return {count > 0 ? *p : 0.0f}; }
PACELINE_LANE void StorePart(Part v, float* p, size_t count) {
  if (count > 0) *p = v.raw;
}
#endif

// The first `count` of 16 floats, count ≥ 1, the others 0.
PACELINE_LANE V LoadFirst(const float* p, size_t count) {
  if (count >= kLanes) return V::Load(p);
  V v;
  PACELINE_UNROLL(16)
  for (int i = 0; i < kParts; ++i) {
    const size_t before = static_cast<size_t>(i) * kPartLanes;
    PartOf(v, i) = LoadPart(p + before, count > before ? count - before : 0);
  }
  return v;
}
PACELINE_LANE void StoreFirst(V v, float* p, size_t count) {
  if (count >= kLanes) return v.Store(p);
  PACELINE_UNROLL(16)
  for (int i = 0; i < kParts; ++i) {
    const size_t before = static_cast<size_t>(i) * kPartLanes;
    StorePart(PartOf(v, i), p + before, count > before ? count - before : 0);
  }
}

// Lane i with lane i + 8, then 4, 2, 1.
#if PACELINE_SIMD_PACK
template <class Combine>
PACELINE_LANE float JoinLanes(V v, const Combine& combine) {
  const hn::CappedTag<float, 4> four;
#if HWY_STATIC_TARGET <= HWY_AVX3
  const hn::Half<lane::PackD> half;
  const auto eight = combine(hn::LowerHalf(half, v.raw), hn::UpperHalf(half, v.raw));
#else
  const auto eight = combine(v.part[0].raw, v.part[1].raw);
#endif
  const auto quarter = combine(hn::LowerHalf(four, eight), hn::UpperHalf(four, eight));
  const auto pair = combine(quarter, hn::Shuffle1032(quarter));
  return hn::GetLane(combine(pair, hn::Shuffle2301(pair)));
}
PACELINE_LANE float SumLanes(V v) {
  return JoinLanes(v, [](auto a, auto b) PACELINE_INLINE_LAMBDA { return hn::Add(a, b); });
}
PACELINE_LANE float MaxLanes(V v) {
  return JoinLanes(v, [](auto a, auto b) PACELINE_INLINE_LAMBDA { return hn::Max(a, b); });
}
#else
template <class Combine>
PACELINE_LANE float JoinLanes(V v, const Combine& combine) {
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) v.part[i] = combine(v.part[i], v.part[i + half]);
  }
  return v.part[0].raw;
}
PACELINE_LANE float SumLanes(const V& v) {
  return JoinLanes(v, [](Part a, Part b) { return a + b; });
}
PACELINE_LANE float MaxLanes(const V& v) {
  return JoinLanes(v, [](Part a, Part b) { return Max(a, b); });
}
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
