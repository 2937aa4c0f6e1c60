// The SIMD lane type: 16 floats in as many Highway registers as the instruction set needs (one with
// AVX-512, two with AVX2). Always 16, so that sums over lanes have one order on every machine.
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
inline constexpr int kPackWidth = hn::MaxLanes(PackD());
inline constexpr int kPackRegisters = 16 / kPackWidth;

#define PACELINE_EACH_REGISTER for (int i = 0; i < kPackRegisters; ++i)

struct PackU {
  hn::Vec<PackDU> raw[kPackRegisters];
  static PACELINE_LANE PackU Set(uint32_t x) {
    PackU r;
    PACELINE_EACH_REGISTER r.raw[i] = hn::Set(PackDU(), x);
    return r;
  }
  static PACELINE_LANE PackU Iota(uint32_t first) {
    // Highway 1.0's own goes through memory, number by number.
    alignas(64) static constexpr uint32_t kNumbers[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                          8, 9, 10, 11, 12, 13, 14, 15};
    PackU r;
    PACELINE_EACH_REGISTER r.raw[i] =
        hn::Add(hn::Load(PackDU(), kNumbers + i * kPackWidth), hn::Set(PackDU(), first));
    return r;
  }
  static PACELINE_LANE PackU Load(const uint32_t* p) {
    PackU r;
    PACELINE_EACH_REGISTER r.raw[i] = hn::LoadU(PackDU(), p + i * kPackWidth);
    return r;
  }
  PACELINE_LANE void Store(uint32_t* p) const {
    PACELINE_EACH_REGISTER hn::StoreU(raw[i], PackDU(), p + i * kPackWidth);
  }
};

struct PackMask {
  hn::Mask<PackD> raw[kPackRegisters];
};

struct Pack {
  static constexpr int kLanes = 16;
  using Mask = PackMask;
  using U = PackU;
  hn::Vec<PackD> raw[kPackRegisters];
  static PACELINE_LANE Pack Set(float x) {
    Pack r;
    PACELINE_EACH_REGISTER r.raw[i] = hn::Set(PackD(), x);
    return r;
  }
  static PACELINE_LANE Pack Load(const float* p) {
    Pack r;
    PACELINE_EACH_REGISTER r.raw[i] = hn::LoadU(PackD(), p + i * kPackWidth);
    return r;
  }
  PACELINE_LANE void Store(float* p) const {
    PACELINE_EACH_REGISTER hn::StoreU(raw[i], PackD(), p + i * kPackWidth);
  }
};

#define PACELINE_PACK_BINARY(Type, name, function)                  \
  PACELINE_LANE Type name(Type a, Type b) {                         \
    Type r;                                                         \
    PACELINE_EACH_REGISTER r.raw[i] = function(a.raw[i], b.raw[i]); \
    return r;                                                       \
  }
#define PACELINE_PACK_UNARY(Type, name, function)         \
  PACELINE_LANE Type name(Type a) {                       \
    Type r;                                               \
    PACELINE_EACH_REGISTER r.raw[i] = function(a.raw[i]); \
    return r;                                             \
  }

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
  PACELINE_EACH_REGISTER a.raw[i] = hn::ShiftLeft<kBits>(a.raw[i]);
  return a;
}
template <int kBits>
PACELINE_LANE PackU ShiftRight(PackU a) {
  PACELINE_EACH_REGISTER a.raw[i] = hn::ShiftRight<kBits>(a.raw[i]);
  return a;
}
PACELINE_LANE PackU MulHigh(PackU a, PackU b) {
  PackU r;
  PACELINE_EACH_REGISTER {
    const hn::RepartitionToWide<PackDU> wide;
    const auto even = hn::MulEven(a.raw[i], b.raw[i]);
    const auto odd =
        hn::MulEven(hn::BitCast(PackDU(), hn::ShiftRight<32>(hn::BitCast(wide, a.raw[i]))),
                    hn::BitCast(PackDU(), hn::ShiftRight<32>(hn::BitCast(wide, b.raw[i]))));
    r.raw[i] =
        hn::OddEven(hn::BitCast(PackDU(), odd), hn::BitCast(PackDU(), hn::ShiftRight<32>(even)));
  }
  return r;
}

PACELINE_LANE PackMask operator<(Pack a, Pack b) {
  PackMask r;
  PACELINE_EACH_REGISTER r.raw[i] = hn::Lt(a.raw[i], b.raw[i]);
  return r;
}
PACELINE_LANE PackMask operator==(Pack a, Pack b) {
  PackMask r;
  PACELINE_EACH_REGISTER r.raw[i] = hn::Eq(a.raw[i], b.raw[i]);
  return r;
}
PACELINE_LANE Pack Select(PackMask mask, Pack yes, Pack no) {
  PACELINE_EACH_REGISTER yes.raw[i] = hn::IfThenElse(mask.raw[i], yes.raw[i], no.raw[i]);
  return yes;
}
PACELINE_LANE Pack Fma(Pack a, Pack b, Pack c) {
  PACELINE_EACH_REGISTER c.raw[i] = hn::MulAdd(a.raw[i], b.raw[i], c.raw[i]);
  return c;
}
PACELINE_LANE Pack Fnma(Pack a, Pack b, Pack c) {
  PACELINE_EACH_REGISTER c.raw[i] = hn::NegMulAdd(a.raw[i], b.raw[i], c.raw[i]);
  return c;
}
PACELINE_LANE PackU Bits(Pack a) {
  PackU r;
  PACELINE_EACH_REGISTER r.raw[i] = hn::BitCast(PackDU(), a.raw[i]);
  return r;
}
PACELINE_LANE Pack FromBits(PackU a) {
  Pack r;
  PACELINE_EACH_REGISTER r.raw[i] = hn::BitCast(PackD(), a.raw[i]);
  return r;
}
PACELINE_LANE PackU ToInt(Pack a) {
  PackU r;
  PACELINE_EACH_REGISTER r.raw[i] = hn::BitCast(PackDU(), hn::NearestInt(a.raw[i]));
  return r;
}
PACELINE_LANE Pack FromInt(PackU a) {
  Pack r;
  PACELINE_EACH_REGISTER r.raw[i] = hn::ConvertTo(PackD(), hn::BitCast(PackDI(), a.raw[i]));
  return r;
}

#undef PACELINE_EACH_REGISTER

}  // namespace PACELINE_SIMD_NAMESPACE
}  // namespace paceline::lane
