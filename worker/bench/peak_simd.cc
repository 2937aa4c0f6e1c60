// Compiled once per instruction set.
#include "common/lane/simd.h"
#include "worker/bench/peak_kernel.h"

namespace paceline::PACELINE_SIMD_NAMESPACE {

size_t FusedMultiplyAdds(long rounds, float* numbers) {
  using V = lane::SimdLane;
  // Enough to hide the latency of 5 cycles at two a cycle.
  constexpr int kIndependent = 12;
  static_assert(kIndependent * V::kLanes <= kMostPeakNumbers);
  V x[kIndependent];
  for (int i = 0; i < kIndependent; ++i) x[i] = V::Load(numbers + i * V::kLanes);
  const V a = V::Set(0.9999f), b = V::Set(0.0001f);
  for (long round = 0; round < rounds; ++round) {
    for (int i = 0; i < kIndependent; ++i) x[i] = Fma(x[i], a, b);
  }
  for (int i = 0; i < kIndependent; ++i) x[i].Store(numbers + i * V::kLanes);
  return kIndependent * V::kLanes;
}

}  // namespace paceline::PACELINE_SIMD_NAMESPACE
