// Evaluations in words and as JSON.
#pragma once

#include <string>

#include "nlohmann/json_fwd.hpp"
#include "paceline/v1/evaluation_service.pb.h"

namespace paceline {

// "suite-quick is running: 1240 of 3500 units (35 % of the work), 12.3 a second, 1 min 20 s left".
std::string ProgressText(const v1::EvaluationSummary& summary);
nlohmann::ordered_json SummaryJson(const v1::EvaluationSummary& summary);
nlohmann::ordered_json DetailJson(const v1::EvaluationDetail& detail);
std::string DetailText(const v1::EvaluationDetail& detail);

}  // namespace paceline
