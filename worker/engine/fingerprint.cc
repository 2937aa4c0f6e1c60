#include "worker/engine/fingerprint.h"

#include "absl/strings/str_cat.h"
#include "paceline_build_id.h"
#include "worker/engine/torch/torch_build.h"

namespace paceline {

std::string EngineFingerprint() {
  return absl::StrCat("cpu; engine ", PACELINE_ENGINE_BUILD_ID, "; ", TorchBuild());
}

}  // namespace paceline
