#include "worker/engine/fingerprint.h"

#include "absl/strings/str_cat.h"
#include "paceline_build_id.h"
#include "worker/engine/torch/torch_build.h"

namespace paceline {

std::string EngineFingerprint(const cuda::Device* device) {
  const std::string kind =
      device == nullptr ? "cpu"
                        : absl::StrCat("cuda sm_", device->info().major, device->info().minor);
  return absl::StrCat(kind, "; engine ", PACELINE_ENGINE_BUILD_ID, "; ", TorchBuild());
}

}  // namespace paceline
