// As many fused multiply-adds a second as one thread can do, once per instruction set.
#pragma once

#include <cstddef>

namespace paceline {

// Room for the numbers of any instruction set.
inline constexpr size_t kMostPeakNumbers = 192;

}  // namespace paceline

// x ← fma(x, 0.9999, 0.0001), `rounds` times, for each of the first so many `numbers` as are
// returned: a multiple of the lanes, and few enough to stay in registers. The numbers come from
// memory, so that no compiler can know two of them to be equal and leave one out.
#define PACELINE_PEAK_KERNEL(target)                       \
  namespace paceline::simd_##target {                      \
    size_t FusedMultiplyAdds(long rounds, float* numbers); \
  }

PACELINE_PEAK_KERNEL(Scalar)
PACELINE_PEAK_KERNEL(Avx2)
PACELINE_PEAK_KERNEL(Avx512)

#undef PACELINE_PEAK_KERNEL
