#include "common/lane/dispatch.h"

#include <cstdlib>
#include <string_view>

namespace paceline::lane {
namespace {

Target BestTarget() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return Target::kAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Target::kAvx2;
  return Target::kScalar;
}

Target AskedFor(Target best) {
  const char* value = std::getenv("PACELINE_SIMD");
  const std::string_view name = value == nullptr ? "" : value;
  if (name == "scalar") return Target::kScalar;
  if (name == "avx2" && best != Target::kScalar) return Target::kAvx2;
  return best;
}

}  // namespace

Target ActiveTarget() {
  static const Target target = AskedFor(BestTarget());
  return target;
}

const char* TargetName(Target target) {
  switch (target) {
    case Target::kScalar:
      return "scalar";
    case Target::kAvx2:
      return "avx2";
    case Target::kAvx512:
      return "avx512";
  }
  return "unknown";
}

}  // namespace paceline::lane
