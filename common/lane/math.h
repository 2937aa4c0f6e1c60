// Elementary functions over a lane type, made of IEEE operations and explicit fma only, so that
// every instantiation gives the same bits. Errors are bounded in tests/common/lane/math_test.cc.
#pragma once

#include "common/lane/scalar.h"

namespace paceline::lane {

// Σ c_k x^k by Horner's rule, highest power first.
template <class V, class... C>
PACELINE_LANE V Polynomial(V x, float highest, C... lower) {
  V sum = V::Set(highest);
  ((sum = Fma(sum, x, V::Set(lower))), ...);
  return sum;
}

// e^x; 0 below −87.3, +inf above 88.37; NaN stays NaN.
template <class V>
PACELINE_LANE V Exp(V x) {
  using U = typename V::U;
  const V clamped = Min(V::Set(89.0f), Max(V::Set(-88.0f), x));
  const V n = Round(clamped * V::Set(1.44269504088896341f));
  const V r = Fnma(n, V::Set(-2.12194440e-4f), Fnma(n, V::Set(0.693359375f), clamped));
  const V p = Polynomial(r, 1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f,
                         1.6666665459e-1f, 5.0000001201e-1f);
  const V e = Fma(p, r * r, r) + V::Set(1.0f);
  // n is in −127..128; 128 gives the bits of +inf.
  const V scaled = e * FromBits(ShiftLeft<23>(ToInt(n) + U::Set(127)));
  return Select(x < V::Set(-87.3f), V::Set(0.0f), scaled);
}

// ln x for normal x > 0.
template <class V>
PACELINE_LANE V Log(V x) {
  using U = typename V::U;
  // x = m·2^e with m in [√½, √2).
  const U shifted = Bits(x) - U::Set(0x3f3504f3u);
  const V e = FromInt(ShiftRight<23>(shifted + U::Set(0x7fu << 23)) - U::Set(0x7fu));
  const V m = FromBits((shifted & U::Set(0x007fffffu)) + U::Set(0x3f3504f3u)) - V::Set(1.0f);
  const V p = Polynomial(m, 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                         -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f,
                         -2.4999993993e-1f, 3.3333331174e-1f);
  const V m2 = m * m;
  V y = Fma(p * m2, m, e * V::Set(-2.12194440e-4f));
  y = Fma(V::Set(-0.5f), m2, y);
  return Fma(e, V::Set(0.693359375f), m + y);
}

// sin and cos of x in [−π/4, π/4].
template <class V>
PACELINE_LANE V SinReduced(V x) {
  const V z = x * x;
  return Fma(Polynomial(z, -1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f) * z, x, x);
}
template <class V>
PACELINE_LANE V CosReduced(V x) {
  const V z = x * x;
  const V p = Polynomial(z, 2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f);
  return Fma(p, z * z, Fma(V::Set(-0.5f), z, V::Set(1.0f)));
}

// sin (phase 0) or cos (phase 1) of x, |x| < 8192.
template <class V>
PACELINE_LANE V SinPhase(V x, uint32_t phase) {
  using U = typename V::U;
  const V n = Round(x * V::Set(0.63661977236758134f));
  V r = Fnma(n, V::Set(1.5703125f), x);
  r = Fnma(n, V::Set(4.837512969970703125e-4f), r);
  r = Fnma(n, V::Set(7.54978995489188216e-8f), r);
  const U quadrant = ToInt(n) + U::Set(phase);
  const V odd = FromInt(quadrant & U::Set(1));
  const V value = Select(odd == V::Set(0.0f), SinReduced(r), CosReduced(r));
  return FromBits(Bits(value) ^ ShiftLeft<30>(quadrant & U::Set(2)));
}
template <class V>
PACELINE_LANE V Sin(V x) {
  return SinPhase(x, 0);
}
template <class V>
PACELINE_LANE V Cos(V x) {
  return SinPhase(x, 1);
}

template <class V>
PACELINE_LANE V Tanh(V x) {
  const V z = x * x;
  const V p = Polynomial(z, -5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f,
                         1.33314422036e-1f, -3.33332819422e-1f);
  const V small = Fma(p * z, x, x);
  const V a = Abs(x);
  const V big = V::Set(1.0f) - V::Set(2.0f) / (Exp(a + a) + V::Set(1.0f));
  using U = typename V::U;
  const V signed_big = FromBits(Bits(big) | (Bits(x) & U::Set(0x80000000u)));
  return Select(a < V::Set(0.625f), small, signed_big);
}

// 1 / (1 + e^−x)
template <class V>
PACELINE_LANE V Sigmoid(V x) {
  return V::Set(1.0f) / (V::Set(1.0f) + Exp(-x));
}

// 1/√x for normal x > 0, by Newton's iteration (cheaper than a square root and a division).
template <class V>
PACELINE_LANE V Rsqrt(V x) {
  using U = typename V::U;
  V y = FromBits(U::Set(0x5f375a86u) - ShiftRight<1>(Bits(x)));
  const V half = x * V::Set(0.5f);
  y = y * Fnma(half * y, y, V::Set(1.5f));
  y = y * Fnma(half * y, y, V::Set(1.5f));
  // The last step in residual form keeps the error near half an ulp.
  const V residual = Fnma(x * y, y, V::Set(1.0f));
  return Fma(y * V::Set(0.5f), residual, y);
}

}  // namespace paceline::lane
