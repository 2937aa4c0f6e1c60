// Learned optimizers as the golden files describe them.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/lopt/layout.h"
#include "tests/testing/golden.h"

namespace paceline::testing {

// Unimplemented, with the reason, if the optimizer of the file's `config` is not one of ours, or
// has an option that ours has not.
absl::StatusOr<v1::LearnedOptimizer> GoldenOptimizer(const nlohmann::json& config);

// The file's theta/... tensors as one vector. The layout's leaves must be exactly those.
std::vector<float> GoldenTheta(const GoldenFile& file, const ThetaLayout& layout);

}  // namespace paceline::testing
