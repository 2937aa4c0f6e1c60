// A GradientEstimator's state as bytes, for checkpoints.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/estimator/gradient.h"

namespace paceline {

// Sealed (common/base/sealed.h) under "plestim1": step (int64), number of particles (uint64), their
// episode starts (int64 each), their pending restarts (a byte each). Where blocks are at different
// windows, under "plestim2", after their number (uint64) and next windows (int64 each).
std::string EncodeState(const GradientEstimator::State& state);
// DataLoss if the bytes are not what EncodeState gives for some state.
absl::StatusOr<GradientEstimator::State> DecodeState(std::string_view bytes);

}  // namespace paceline
