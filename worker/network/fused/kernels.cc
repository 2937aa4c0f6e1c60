#include "worker/network/fused/kernels.h"

namespace paceline::fused {

#define PACELINE_KERNEL(Result, name, arguments) Result name arguments;
namespace simd_Scalar {
PACELINE_FUSED_KERNELS(PACELINE_KERNEL)
}
namespace simd_Avx2 {
PACELINE_FUSED_KERNELS(PACELINE_KERNEL)
}
namespace simd_Avx512 {
PACELINE_FUSED_KERNELS(PACELINE_KERNEL)
}
#undef PACELINE_KERNEL

namespace {

#define PACELINE_KERNEL(Result, name, arguments) .name = simd_Scalar::name,
constexpr Kernels kScalar = {PACELINE_FUSED_KERNELS(PACELINE_KERNEL)};
#undef PACELINE_KERNEL
#define PACELINE_KERNEL(Result, name, arguments) .name = simd_Avx2::name,
constexpr Kernels kAvx2 = {PACELINE_FUSED_KERNELS(PACELINE_KERNEL)};
#undef PACELINE_KERNEL
#define PACELINE_KERNEL(Result, name, arguments) .name = simd_Avx512::name,
constexpr Kernels kAvx512 = {PACELINE_FUSED_KERNELS(PACELINE_KERNEL)};
#undef PACELINE_KERNEL

}  // namespace

const Kernels& KernelsOf(lane::Target target) {
  switch (target) {
    case lane::Target::kAvx2:
      return kAvx2;
    case lane::Target::kAvx512:
      return kAvx512;
    case lane::Target::kScalar:
      break;
  }
  return kScalar;
}

}  // namespace paceline::fused
