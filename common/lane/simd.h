// For files compiled by paceline_simd_sources: the lane type and the namespace of this compilation.
#pragma once

#define PACELINE_SIMD_NAMESPACE PACELINE_SIMD_NAMESPACE_OF(PACELINE_SIMD_TARGET)
#define PACELINE_SIMD_NAMESPACE_OF(target) PACELINE_SIMD_NAMESPACE_PASTE(target)
#define PACELINE_SIMD_NAMESPACE_PASTE(target) simd_##target

#include "common/lane/wide.h"
#if PACELINE_SIMD_PACK
#include "common/lane/pack.h"
#endif

namespace paceline::lane {
#if PACELINE_SIMD_PACK
using SimdLane = Pack;
#else
using SimdLane = Scalar;
#endif
using SimdWide = SixteenOf<SimdLane>::Type;
}  // namespace paceline::lane
