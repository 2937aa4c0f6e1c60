#include <memory>
#include <utility>

#include "common/evaluation/check.h"
#include "common/evaluation/comparison_report.h"
#include "common/evaluation/files.h"
#include "common/evaluation/report_csv.h"
#include "common/evaluation/report_html.h"
#include "common/evaluation/report_json.h"
#include "common/evaluation/report_text.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/require.h"

namespace paceline::fuzz {
namespace {

void Report(const v1::Evaluation& evaluation, const Metrics& metrics) {
  PACELINE_REQUIRE(metrics.cases.size() == static_cast<size_t>(evaluation.cases_size()));
  PACELINE_REQUIRE(metrics.contestants.size() ==
                   static_cast<size_t>(evaluation.contestants_size()));
  PACELINE_REQUIRE(!ReportText(evaluation, metrics).empty());
  PACELINE_REQUIRE(!BriefReportText(evaluation, metrics).empty());
  PACELINE_REQUIRE(!ReportHtml(evaluation, metrics).empty());
  PACELINE_REQUIRE(!ReportJson(evaluation, metrics).dump().empty());
  for (const auto csv : {RunsCsv, SummaryCsv, CurvesCsv}) {
    PACELINE_REQUIRE(csv(evaluation, metrics).ends_with("\n"));
  }
}

void CompareWithItself(const v1::Evaluation& evaluation) {
  NamedEvaluations both;
  for (const char* name : {"before", "after"}) {
    both.push_back(std::make_unique<NamedEvaluation>());
    both.back()->name = name;
    both.back()->evaluation = evaluation;
    both.back()->metrics = MetricsOf(both.back()->evaluation);
  }
  PACELINE_REQUIRE(!ComparisonText(both).empty());
  PACELINE_REQUIRE(!ComparisonHtml(both).empty());
  PACELINE_REQUIRE(!ComparisonJson(both).dump().empty());
}

}  // namespace

void Evaluation(std::string_view input) {
  const auto file = EvaluationOf(input);
  if (!file.ok()) PACELINE_REQUIRE(!file.status().message().empty());
  // Few inputs have a checksum that fits: most are the message alone.
  v1::Evaluation evaluation;
  if (file.ok()) {
    evaluation = *file;
  } else if (!evaluation.ParseFromArray(input.data(), static_cast<int>(input.size()))) {
    return;
  }
  const auto again = EvaluationOf(EvaluationBytes(evaluation));
  PACELINE_REQUIRE(again.ok() == CheckEvaluation(evaluation).ok());
  if (!again.ok()) return;
  Report(*again, MetricsOf(*again));
  CompareWithItself(*again);
}

}  // namespace paceline::fuzz
