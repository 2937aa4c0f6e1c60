// Losses and gradients a second of one task of every family, alone on one core: by the tier that
// `engine: auto` takes, and by plain LibTorch operations, one run at a time, in the same run.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "nlohmann/json_fwd.hpp"
#include "worker/bench/engine_bench.h"

namespace paceline {

// Rows of section "tasks", each as soon as it is measured. Tasks whose data are not here are rows
// that say so. The processor's peak is measured beside each; the best is kept in `limits`.
absl::Status RunTaskSection(const EngineBenchOptions& options, MachineLimits& limits,
                            const std::function<void(nlohmann::ordered_json)>& take);

}  // namespace paceline
