// An evaluation as text, JSON, CSV and plots.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/output.h"
#include "common/plot/svg_plot.h"
#include "nlohmann/json_fwd.hpp"
#include "worker/eval/evaluate.h"

namespace paceline {

// Of each run.
std::vector<double> TrainingLosses(const OptimizerResult& result);
std::vector<double> TestLosses(const OptimizerResult& result);

// A table per scenario, and a verdict on each.
std::string ReportText(const Evaluation& evaluation);
nlohmann::ordered_json ReportJson(const Evaluation& evaluation);
// scenario,optimizer,learning_rate,step,mean_loss,deviation; a row per point, `step` its last inner
// step.
std::string CurvesCsv(const Evaluation& evaluation);
// A panel per scenario: mean training loss, and a band of one standard deviation over the seeds.
std::vector<Panel> CurvePanels(const Evaluation& evaluation);

// Makes `folder` if need be; CheckOutput of each file that WriteReport would write there.
absl::Status CheckReport(const std::string& folder, const OutputRules& rules);
// Writes report.txt, report.json, curves.csv and curves.svg into `folder`, after CheckReport.
absl::Status WriteReport(const Evaluation& evaluation, const std::string& folder,
                         const OutputRules& rules);

}  // namespace paceline
