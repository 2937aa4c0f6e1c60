// An evaluation as text for a terminal.
#pragma once

#include <string>

#include "common/evaluation/metrics.h"

namespace paceline {

// Verdict, failures, contestants, wins and losses by family, cases. A few cases have a table each,
// many a line each.
std::string ReportText(const v1::Evaluation& evaluation, const Metrics& metrics);
// For a terminal: of long tables the head, and learned contestants wherever they are.
std::string BriefReportText(const v1::Evaluation& evaluation, const Metrics& metrics);

// How it was measured, in sentences. Of every form of a report.
std::string MethodText(const v1::Evaluation& evaluation, const Metrics& metrics);

}  // namespace paceline
