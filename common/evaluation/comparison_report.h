// Comparisons for people and programs. The first evaluation is what the others are set beside.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/output.h"
#include "common/evaluation/comparison.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

// At least two; they do not move, as their metrics point into them.
using NamedEvaluations = std::vector<std::unique_ptr<NamedEvaluation>>;

// What got worse first, then what got better; cases without a clear difference are counted.
std::string ComparisonText(const NamedEvaluations& evaluations);
nlohmann::ordered_json ComparisonJson(const NamedEvaluations& evaluations);
std::string ComparisonHtml(const NamedEvaluations& evaluations);

// Makes `folder` if need be and writes compare.html, compare.txt and compare.json.
absl::Status WriteComparison(const NamedEvaluations& evaluations, const std::string& folder,
                             const OutputRules& rules);

}  // namespace paceline
