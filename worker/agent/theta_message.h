// θ as it travels.
#pragma once

#include "absl/status/statusor.h"
#include "paceline/v1/worker.pb.h"
#include "worker/agent/theta_cache.h"

namespace paceline {

// DataLoss if the values are not what the hash says; InvalidArgument if they are no float32 values.
absl::StatusOr<ThetaPtr> ParseTheta(const v1::Theta& message);

}  // namespace paceline
