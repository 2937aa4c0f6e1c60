// Opens libpaceline_torch_cuda.so.
#pragma once

#include "absl/status/statusor.h"
#include "worker/engine/torch_cuda/captured_step.h"

namespace paceline {

// The module beside the program, once for the process. Unavailable, with the loader's own text, if
// it or one of the CUDA libraries that it needs is not there.
absl::StatusOr<MakeCapturedStep*> LoadTorchCuda();
// Whether it is there; it may yet turn out that it cannot be loaded.
bool HasTorchCuda();

}  // namespace paceline
