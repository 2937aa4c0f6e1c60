#include "coordinator/cli/commands/evaluation_report.h"

#include "common/base/output.h"
#include "common/evaluation/files.h"
#include "common/evaluation/report.h"

namespace paceline {

absl::Status WriteReportOf(const v1::Evaluation& evaluation, const std::string& folder) {
  absl::Status saved = SaveEvaluation(evaluation, folder, kReplace);
  if (!saved.ok()) return saved;
  return WriteEvaluationReport(evaluation, MetricsOf(evaluation), folder, kReplace).status();
}

}  // namespace paceline
