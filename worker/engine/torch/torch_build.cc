#include "worker/engine/torch/torch_build.h"

#include <ATen/Version.h>
#include <torch/version.h>

#include "absl/strings/str_cat.h"

namespace paceline {

std::string TorchBuild() {
  return absl::StrCat("torch ", TORCH_VERSION, " ", at::get_cpu_capability());
}

}  // namespace paceline
