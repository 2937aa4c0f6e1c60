// The plain lane type: one float. Every arithmetic template of Paceline (noise, elementary
// functions, learned optimizers, dense layers) is written over a lane type V and instantiated with
// this one for the reference, with Pack (common/lane/pack.h) for SIMD, and in a .cu file for one
// CUDA thread.
//
// A lane type offers, with IEEE-754 binary32 semantics, round to nearest even, no contraction:
//   V::kLanes, V::kRegisters (how many V the processor holds), V::Set(x), V::Load(p), v.Store(p); +
//   − * / and unary −; < and == giving V::Mask; Fma(a, b, c) = a·b + c and Fnma(a, b, c) = c − a·b,
//   each rounded once; Sqrt, Abs, Round (ties to even); Max(a, b) = a > b ? a : b and Min(a, b) = a
//   < b ? a : b (so a NaN in b is passed on, one in a is not); Select(mask, yes, no); V::U (uint32
//   lanes) with Set, Iota, + − * ^ & |, << and >> by a constant, MulHigh; Bits(v), FromBits(u);
//   ToInt(v): nearest int32 in two's complement, |v| < 2^31; FromInt(u): float of an int32;
//   Held(v): v, kept in a register where a compiler could as well load it for each of its uses.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define PACELINE_LANE __host__ __device__ inline __attribute__((always_inline))
#define PACELINE_LANE_CALL __host__ __device__ __noinline__
#else
#define PACELINE_LANE inline __attribute__((always_inline))
// For templates over V (never what files for several instruction sets would share) that are too
// large or too seldom used to be copied to every place that calls them, or that need the registers
// for themselves.
#ifdef __clang__
#define PACELINE_LANE_CALL __attribute__((noinline))
#else
#define PACELINE_LANE_CALL __attribute__((noinline, noclone))
#endif
#endif

// Before a loop over registers, with its trip count or more.
#define PACELINE_PRAGMA(text) _Pragma(#text)
#ifdef __CUDACC__
#define PACELINE_UNROLL(count) PACELINE_PRAGMA(unroll count)
#else
#define PACELINE_UNROLL(count) PACELINE_PRAGMA(GCC unroll count)
#endif
// For lambdas within such functions, before the body.
#define PACELINE_INLINE_LAMBDA __attribute__((always_inline))

namespace paceline::lane {

struct ScalarU {
  uint32_t raw;
  static PACELINE_LANE ScalarU Set(uint32_t x) { return {x}; }
  static PACELINE_LANE ScalarU Iota(uint32_t first) { return {first}; }
  static PACELINE_LANE ScalarU Load(const uint32_t* p) { return {*p}; }
  PACELINE_LANE void Store(uint32_t* p) const { *p = raw; }
};

struct Scalar {
  static constexpr int kLanes = 1;
  static constexpr int kRegisters = 16;
  using Mask = bool;
  using U = ScalarU;
  float raw;
  static PACELINE_LANE Scalar Set(float x) { return {x}; }
  static PACELINE_LANE Scalar Load(const float* p) { return {*p}; }
  PACELINE_LANE void Store(float* p) const { *p = raw; }
};

PACELINE_LANE ScalarU operator+(ScalarU a, ScalarU b) { return {a.raw + b.raw}; }
PACELINE_LANE ScalarU operator-(ScalarU a, ScalarU b) { return {a.raw - b.raw}; }
PACELINE_LANE ScalarU operator*(ScalarU a, ScalarU b) { return {a.raw * b.raw}; }
PACELINE_LANE ScalarU operator^(ScalarU a, ScalarU b) { return {a.raw ^ b.raw}; }
PACELINE_LANE ScalarU operator&(ScalarU a, ScalarU b) { return {a.raw & b.raw}; }
PACELINE_LANE ScalarU operator|(ScalarU a, ScalarU b) { return {a.raw | b.raw}; }
template <int kBits>
PACELINE_LANE ScalarU ShiftLeft(ScalarU a) {
  return {a.raw << kBits};
}
template <int kBits>
PACELINE_LANE ScalarU ShiftRight(ScalarU a) {
  return {a.raw >> kBits};
}
PACELINE_LANE ScalarU MulHigh(ScalarU a, ScalarU b) {
  return {static_cast<uint32_t>((static_cast<uint64_t>(a.raw) * b.raw) >> 32)};
}

PACELINE_LANE Scalar operator+(Scalar a, Scalar b) { return {a.raw + b.raw}; }
PACELINE_LANE Scalar operator-(Scalar a, Scalar b) { return {a.raw - b.raw}; }
PACELINE_LANE Scalar operator*(Scalar a, Scalar b) { return {a.raw * b.raw}; }
PACELINE_LANE Scalar operator/(Scalar a, Scalar b) { return {a.raw / b.raw}; }
PACELINE_LANE Scalar operator-(Scalar a) { return {-a.raw}; }
PACELINE_LANE bool operator<(Scalar a, Scalar b) { return a.raw < b.raw; }
PACELINE_LANE bool operator==(Scalar a, Scalar b) { return a.raw == b.raw; }
PACELINE_LANE Scalar Fma(Scalar a, Scalar b, Scalar c) { return {::fmaf(a.raw, b.raw, c.raw)}; }
PACELINE_LANE Scalar Fnma(Scalar a, Scalar b, Scalar c) { return {::fmaf(-a.raw, b.raw, c.raw)}; }
PACELINE_LANE Scalar Sqrt(Scalar a) { return {::sqrtf(a.raw)}; }
PACELINE_LANE Scalar Abs(Scalar a) { return {::fabsf(a.raw)}; }
PACELINE_LANE Scalar Round(Scalar a) { return {::rintf(a.raw)}; }
PACELINE_LANE Scalar Max(Scalar a, Scalar b) { return {a.raw > b.raw ? a.raw : b.raw}; }
PACELINE_LANE Scalar Min(Scalar a, Scalar b) { return {a.raw < b.raw ? a.raw : b.raw}; }
PACELINE_LANE Scalar Select(bool mask, Scalar yes, Scalar no) { return mask ? yes : no; }
PACELINE_LANE Scalar Held(Scalar a) { return a; }
// What lies there will be read; it need not be there.
PACELINE_LANE void Prefetch([[maybe_unused]] const float* p) {
#ifndef __CUDA_ARCH__
  __builtin_prefetch(p);
#endif
}
PACELINE_LANE ScalarU Bits(Scalar a) {
  ScalarU u;
  memcpy(&u.raw, &a.raw, sizeof u.raw);
  return u;
}
PACELINE_LANE Scalar FromBits(ScalarU a) {
  Scalar v;
  memcpy(&v.raw, &a.raw, sizeof v.raw);
  return v;
}
PACELINE_LANE ScalarU ToInt(Scalar a) {
  return {static_cast<uint32_t>(static_cast<int32_t>(::rintf(a.raw)))};
}
PACELINE_LANE Scalar FromInt(ScalarU a) {
  return {static_cast<float>(static_cast<int32_t>(a.raw))};
}

}  // namespace paceline::lane
