// The files of a report, beside each other in one folder: report.html, report.txt, report.json,
// runs.csv, summary.csv, curves.csv, and its plots as SVG and, where rsvg-convert is, PNG.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/output.h"
#include "common/evaluation/metrics.h"

namespace paceline {

// Makes `folder` if need be; CheckOutput of the files that every report has.
absl::Status CheckEvaluationReport(const std::string& folder, const OutputRules& rules);

struct WrittenReport {
  std::vector<std::string> files;  // names in the folder
  // Why there are no PNG files, or not all; empty if they are there.
  std::string without_png;
};

// Writes all of them; InvalidArgument of CheckEvaluation before anything. All files but the PNG are
// functions of the evaluation, byte for byte.
absl::StatusOr<WrittenReport> WriteEvaluationReport(const v1::Evaluation& evaluation,
                                                    const Metrics& metrics,
                                                    const std::string& folder,
                                                    const OutputRules& rules);

}  // namespace paceline
