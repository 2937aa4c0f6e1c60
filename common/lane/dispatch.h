// Which instruction set the SIMD code uses in this process.
//
// A file listed with paceline_simd_sources is compiled three times and defines, each time in
// namespace PACELINE_SIMD_NAMESPACE, the same functions over the lane type SimdLane; a plain file
// beside it picks with ActiveTarget(). All three give the same bits, so the choice is one of speed.
#pragma once

namespace paceline::lane {

enum class Target { kScalar, kAvx2, kAvx512 };

// The best one this processor can run; PACELINE_SIMD=scalar|avx2|avx512 in the environment asks for
// a lesser one (what the processor cannot run is never chosen).
Target ActiveTarget();
const char* TargetName(Target target);

}  // namespace paceline::lane
