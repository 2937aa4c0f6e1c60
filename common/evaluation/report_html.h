// An evaluation as one page: report.html.
#pragma once

#include <string>

#include "common/evaluation/metrics.h"

namespace paceline {

// The verdict and what failed first, then contestants, plots, tables and how it was measured. Opens
// without a network and without scripts, light and dark; every name is escaped.
std::string ReportHtml(const v1::Evaluation& evaluation, const Metrics& metrics);

}  // namespace paceline
