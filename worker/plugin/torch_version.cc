#include "worker/plugin/torch_version.h"

#include <torch/version.h>

namespace paceline {

std::string TorchVersionHere() { return TORCH_VERSION; }

}  // namespace paceline
