// The SIMD lane type: one register of floats, 16 with AVX-512 and 8 with AVX2. Sums over elements
// have 16 partial sums whatever the register (worker/optim/parts/element_sums.h), so both give the
// same bits.
//
// Comes with common/lane/simd.h, in files that are compiled once per instruction set
// (paceline_simd_sources in cmake/Targets.cmake); from those include no header whose inline
// functions other files share: the linker would be free to keep the copy with the newer
// instructions.
#pragma once

#include <hwy/highway.h>

#include "common/lane/scalar.h"

namespace paceline::lane {

// A namespace per instruction set: without it the templates over Pack of two of them would be one
// symbol.
inline namespace PACELINE_SIMD_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

static_assert(HWY_STATIC_TARGET <= HWY_AVX2,
              "Pack needs fused multiply-add: check the -march flags");

using PackD = hn::CappedTag<float, 16>;
using PackDU = hn::RebindToUnsigned<PackD>;
using PackDI = hn::RebindToSigned<PackD>;

struct PackU {
  hn::Vec<PackDU> raw;
  static PACELINE_LANE PackU Set(uint32_t x) { return {hn::Set(PackDU(), x)}; }
  static PACELINE_LANE PackU Iota(uint32_t first) {
    // Highway 1.0's own goes through memory, number by number.
    alignas(64) static constexpr uint32_t kNumbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                          8, 9, 10, 11, 12, 13, 14, 15};
    return {hn::Add(hn::Load(PackDU(), kNumbers), hn::Set(PackDU(), first))};
  }
  static PACELINE_LANE PackU Load(const uint32_t* p) { return {hn::LoadU(PackDU(), p)}; }
  PACELINE_LANE void Store(uint32_t* p) const { hn::StoreU(raw, PackDU(), p); }
};

struct PackMask {
  hn::Mask<PackD> raw;
};

struct Pack {
  static constexpr int kLanes = hn::MaxLanes(PackD());
  static constexpr int kRegisters = kLanes == 16 ? 32 : 16;
  using Mask = PackMask;
  using U = PackU;
  hn::Vec<PackD> raw;
  static PACELINE_LANE Pack Set(float x) { return {hn::Set(PackD(), x)}; }
  static PACELINE_LANE Pack Load(const float* p) { return {hn::LoadU(PackD(), p)}; }
  PACELINE_LANE void Store(float* p) const { hn::StoreU(raw, PackD(), p); }
};

#define PACELINE_PACK_BINARY(Type, name, function) \
  PACELINE_LANE Type name(Type a, Type b) { return {function(a.raw, b.raw)}; }
#define PACELINE_PACK_UNARY(Type, name, function) \
  PACELINE_LANE Type name(Type a) { return {function(a.raw)}; }

PACELINE_PACK_BINARY(PackU, operator+, hn::Add)
PACELINE_PACK_BINARY(PackU, operator-, hn::Sub)
PACELINE_PACK_BINARY(PackU, operator*, hn::Mul)
PACELINE_PACK_BINARY(PackU, operator^, hn::Xor)
PACELINE_PACK_BINARY(PackU, operator&, hn::And)
PACELINE_PACK_BINARY(PackU, operator|, hn::Or)
PACELINE_PACK_BINARY(Pack, operator+, hn::Add)
PACELINE_PACK_BINARY(Pack, operator-, hn::Sub)
PACELINE_PACK_BINARY(Pack, operator*, hn::Mul)
PACELINE_PACK_BINARY(Pack, operator/, hn::Div)
PACELINE_PACK_BINARY(Pack, Max, hn::Max)
PACELINE_PACK_BINARY(Pack, Min, hn::Min)
PACELINE_PACK_UNARY(Pack, operator-, hn::Neg)
PACELINE_PACK_UNARY(Pack, Sqrt, hn::Sqrt)
PACELINE_PACK_UNARY(Pack, Abs, hn::Abs)
PACELINE_PACK_UNARY(Pack, Round, hn::Round)

#undef PACELINE_PACK_BINARY
#undef PACELINE_PACK_UNARY

template <int kBits>
PACELINE_LANE PackU ShiftLeft(PackU a) {
  a.raw = hn::ShiftLeft<kBits>(a.raw);
  return a;
}
template <int kBits>
PACELINE_LANE PackU ShiftRight(PackU a) {
  a.raw = hn::ShiftRight<kBits>(a.raw);
  return a;
}
PACELINE_LANE PackU MulHigh(PackU a, PackU b) {
  PackU r;
  {
    const hn::RepartitionToWide<PackDU> wide;
    const auto even = hn::MulEven(a.raw, b.raw);
    const auto odd =
        hn::MulEven(hn::BitCast(PackDU(), hn::ShiftRight<32>(hn::BitCast(wide, a.raw))),
                    hn::BitCast(PackDU(), hn::ShiftRight<32>(hn::BitCast(wide, b.raw))));
    r.raw =
        hn::OddEven(hn::BitCast(PackDU(), odd), hn::BitCast(PackDU(), hn::ShiftRight<32>(even)));
  }
  return r;
}

PACELINE_LANE PackMask operator<(Pack a, Pack b) { return {hn::Lt(a.raw, b.raw)}; }
PACELINE_LANE PackMask operator==(Pack a, Pack b) { return {hn::Eq(a.raw, b.raw)}; }
PACELINE_LANE Pack Select(PackMask mask, Pack yes, Pack no) {
  yes.raw = hn::IfThenElse(mask.raw, yes.raw, no.raw);
  return yes;
}
PACELINE_LANE Pack Fma(Pack a, Pack b, Pack c) {
  c.raw = hn::MulAdd(a.raw, b.raw, c.raw);
  return c;
}
PACELINE_LANE Pack Fnma(Pack a, Pack b, Pack c) {
  c.raw = hn::NegMulAdd(a.raw, b.raw, c.raw);
  return c;
}
PACELINE_LANE Pack Held(Pack a) {
  asm("" : "+v"(a.raw.raw));
  return a;
}
PACELINE_LANE PackU Bits(Pack a) { return {hn::BitCast(PackDU(), a.raw)}; }
PACELINE_LANE Pack FromBits(PackU a) { return {hn::BitCast(PackD(), a.raw)}; }
PACELINE_LANE PackU ToInt(Pack a) { return {hn::BitCast(PackDU(), hn::NearestInt(a.raw))}; }
PACELINE_LANE Pack FromInt(PackU a) {
  return {hn::ConvertTo(PackD(), hn::BitCast(PackDI(), a.raw))};
}

}  // namespace PACELINE_SIMD_NAMESPACE
}  // namespace paceline::lane
