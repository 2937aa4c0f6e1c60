#include "worker/engine/torch/torch_build.h"

#include <ATen/Version.h>
#include <torch/version.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

#include <cstring>

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

// "AuthenticAMD avx512"
std::string Processor() {
#ifdef __x86_64__
  unsigned highest = 0, words[3] = {};  // ebx, edx, ecx spell the make
  if (__get_cpuid(0, &highest, &words[0], &words[2], &words[1]) == 0) return "unknown";
  char make[sizeof(words) + 1] = {};
  std::memcpy(make, words, sizeof(words));
  __builtin_cpu_init();
  const char* set = __builtin_cpu_supports("avx512f") ? "avx512"
                    : __builtin_cpu_supports("avx2")  ? "avx2"
                                                      : "sse";
  return absl::StrCat(make, " ", set);
#else
  return "other";
#endif
}

}  // namespace

std::string TorchVersion() { return absl::StrCat("torch ", TORCH_VERSION); }

std::string TorchBuild() {
  return absl::StrCat(TorchVersion(), " ", at::get_cpu_capability(), "; ", Processor());
}

}  // namespace paceline
