// The arithmetic of an outer step beside the engine's: normals from seeds, and the gradient.
#pragma once

#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace paceline {

// Rows {section, name, threads, value, unit}.
std::vector<nlohmann::ordered_json> RunNoiseSection(int threads);
std::vector<nlohmann::ordered_json> RunAggregationSection(int threads);

}  // namespace paceline
