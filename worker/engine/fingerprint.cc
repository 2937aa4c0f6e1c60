#include "worker/engine/fingerprint.h"

#include "absl/strings/str_cat.h"
#include "paceline_build_id.h"
#include "worker/engine/torch/torch_build.h"
#include "worker/engine/torch_cuda/torch_cuda_module.h"

namespace paceline {
namespace {

constexpr char kEngine[] = "; engine " PACELINE_ENGINE_BUILD_ID;

}  // namespace

TierFingerprints EngineFingerprints(const cuda::Device* device) {
  TierFingerprints fingerprints = {{v1::ENGINE_FUSED, absl::StrCat("fused", kEngine)}};
  if (device == nullptr) {
    fingerprints[v1::ENGINE_REFERENCE] = absl::StrCat("reference", kEngine);
    fingerprints[v1::ENGINE_TORCH] = absl::StrCat("torch", kEngine, "; cpu; ", TorchBuild());
  } else if (HasTorchCuda()) {
    // cuBLAS goes by the number of multiprocessors too, which the name stands for.
    fingerprints[v1::ENGINE_TORCH] =
        absl::StrCat("torch", kEngine, "; cuda; ", TorchVersion(), "; ", device->info().name);
  }
  return fingerprints;
}

}  // namespace paceline
