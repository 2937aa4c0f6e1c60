// Compiled once per instruction set: as many fused multiply-adds a second as one thread can do.
#include "common/lane/simd.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {

// `rounds` times 12 independent fused multiply-adds on a whole lane; the sum keeps them alive.
float FusedMultiplyAdds(long rounds, int* lanes) {
  using V = lane::SimdLane;
  constexpr int kIndependent = 12;
  V sums[kIndependent];
  for (int i = 0; i < kIndependent; ++i) sums[i] = V::Set(0.001f * i);
  const V a = V::Set(0.9999f), b = V::Set(0.0001f);
  for (long round = 0; round < rounds; ++round) {
    for (int i = 0; i < kIndependent; ++i) sums[i] = Fma(sums[i], a, b);
  }
  float out[V::kLanes], total = 0;
  for (int i = 0; i < kIndependent; ++i) {
    sums[i].Store(out);
    total += out[0];
  }
  *lanes = kIndependent * V::kLanes;
  return total;
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
