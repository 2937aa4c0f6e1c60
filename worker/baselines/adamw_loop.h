// AdamW's loop, once per instruction set; all give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

// One update of some elements:
//   m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;
//   p ← p − rate·weight_decay·p − rate·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε)
struct AdamWStep {
  float rate = 0;
  float beta1 = 0.9f, beta2 = 0.999f;
  float correction1 = 1, correction2 = 1;  // 1/(1 − βᵗ), t from 1 on
  float epsilon = 1e-8f;
  float weight_decay = 0;

  // β and their corrections in update `iteration`, counted from 0.
  void SetBetas(float first, float second, int64_t iteration);
};

// p, m, v, gradient: [count].
#define PACELINE_DECLARE_ADAMW(target)                                                             \
  namespace simd_##target {                                                                        \
    void AdamWLoop(const AdamWStep& step, size_t count, const float* gradient, float* p, float* m, \
                   float* v);                                                                      \
  }
PACELINE_DECLARE_ADAMW(Scalar)
PACELINE_DECLARE_ADAMW(Avx2)
PACELINE_DECLARE_ADAMW(Avx512)
#undef PACELINE_DECLARE_ADAMW

}  // namespace paceline
