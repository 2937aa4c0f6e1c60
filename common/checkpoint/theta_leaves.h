// θ as named tensors and back.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/lopt/layout.h"
#include "common/safetensors/safetensors.h"

namespace paceline {

using ThetaLeaves = std::map<std::string, Tensor>;  // by ThetaLeaf::path

// theta: [layout.size]
ThetaLeaves ToLeaves(const ThetaLayout& layout, std::span<const float> theta);
// InvalidArgument names a leaf that is missing, too many, not float32 or of another shape, and says
// what this layout expects. Values may be anything.
absl::StatusOr<std::vector<float>> FromLeaves(const ThetaLeaves& leaves, const ThetaLayout& layout);
// InvalidArgument names the first value that is not finite.
absl::Status CheckFinite(const ThetaLayout& layout, std::span<const float> theta);

}  // namespace paceline
