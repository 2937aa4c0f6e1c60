// Every function of a lane type, applied to arrays, once per instruction set: to the first half by
// the type itself, to the second by two side by side (common/lane/wide.h). The count is a multiple
// of 64.
#pragma once

#include <cstddef>
#include <cstdint>

namespace paceline {

enum class Function {
  kExp,
  kLog,
  kSinReduced,
  kCosReduced,
  kSin,
  kCos,
  kTanh,
  kSigmoid,
  kRsqrt,
  kSqrt,
  kRound,
  kAbs,
  kNegate,
  kFromToInt,
};
enum class Operation { kAdd, kSubtract, kMultiply, kDivide, kMin, kMax, kSelectLess, kSelectEqual };
enum class WordOperation { kAdd, kSubtract, kMultiply, kMulHigh, kXor, kAnd, kOr, kShifts, kIota };

}  // namespace paceline

#define PACELINE_LANE_TEST_KERNELS(target)                                                   \
  namespace paceline::simd_##target {                                                        \
    void Apply(Function function, const float* x, float* y, size_t count);                   \
    void Apply(Operation operation, const float* a, const float* b, float* y, size_t count); \
    void Apply(WordOperation operation, const uint32_t* a, const uint32_t* b, uint32_t* y,   \
               size_t count);                                                                \
    /* y = fma(a, b, c), z = c − a·b */                                                   \
    void ApplyFma(const float* a, const float* b, const float* c, float* y, float* z,        \
                  size_t count);                                                             \
  }

PACELINE_LANE_TEST_KERNELS(Scalar)
PACELINE_LANE_TEST_KERNELS(Avx2)
PACELINE_LANE_TEST_KERNELS(Avx512)

#undef PACELINE_LANE_TEST_KERNELS
