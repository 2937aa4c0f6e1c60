// An evaluation as text for a terminal.
#pragma once

#include <string>

#include "common/evaluation/metrics.h"

namespace paceline {

// Verdict, failures, contestants, wins and losses by family, cases. A few cases have a table each,
// many a line each.
// kBrief: for a terminal; of long tables the head, and learned contestants wherever they are.
enum class ReportLength { kBrief, kWhole };
std::string ReportText(const v1::Evaluation& evaluation, const Metrics& metrics,
                       ReportLength length = ReportLength::kWhole);

// How it was measured, in sentences. Of every form of a report.
std::string MethodText(const v1::Evaluation& evaluation, const Metrics& metrics);

}  // namespace paceline
