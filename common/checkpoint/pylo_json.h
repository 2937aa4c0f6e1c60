// The JSON files of PyLO's folders, from anywhere.
#pragma once

#include <string>
#include <string_view>
#include "nlohmann/json_fwd.hpp"

#include "absl/status/statusor.h"
#include "common/lopt/layout.h"
#include "common/safetensors/safetensors.h"

namespace paceline {

inline constexpr size_t kMaxPyloJsonBytes = 1 << 20;

// A JSON object, nested at most 8 deep, no key twice. InvalidArgument says what is wrong.
absl::StatusOr<nlohmann::json> ParseJsonObject(std::string_view text);
// Adds the path to the error's text; otherwise also as ReadFile.
absl::StatusOr<nlohmann::json> ReadJsonObject(const std::string& path);

// A list of numbers as a leaf of one axis. InvalidArgument unless it is as long as that.
absl::StatusOr<Tensor> VectorOf(const nlohmann::json& list, const ThetaLeaf& leaf);

}  // namespace paceline
