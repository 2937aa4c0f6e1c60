// An evaluation as tables for other programs (RFC 4180).
#pragma once

#include <string>

#include "common/evaluation/metrics.h"

namespace paceline {

// A row per run.
std::string RunsCsv(const v1::Evaluation& evaluation, const Metrics& metrics);
// A row per case and contestant.
std::string SummaryCsv(const v1::Evaluation& evaluation, const Metrics& metrics);
// A row per point of each mean curve: updates, mean loss, its deviation over the runs.
std::string CurvesCsv(const v1::Evaluation& evaluation, const Metrics& metrics);

}  // namespace paceline
