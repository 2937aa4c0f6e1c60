// An evaluation's figures as JSON.
#pragma once

#include "common/evaluation/metrics.h"
#include "nlohmann/json_fwd.hpp"

namespace paceline {

// Everything of report.html but the curves. An interval is [low, high]; what is not known is null.
nlohmann::ordered_json ReportJson(const v1::Evaluation& evaluation, const Metrics& metrics);

}  // namespace paceline
