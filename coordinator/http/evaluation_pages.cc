#include "common/evaluation/files.h"
#include "common/evaluation/metrics.h"
#include "common/evaluation/report_html.h"
#include "coordinator/http/http_json.h"
#include "coordinator/http/pages.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

// Of a page that is a file of its own: it has styles and pictures inside, and may do nothing else.
constexpr char kReportPolicy[] =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'; sandbox";

absl::StatusOr<v1::Evaluation> ResultOf(const Visit& visit) {
  const auto bytes = visit.site().backend.evaluations.Result(visit.name);
  if (!bytes.ok()) return bytes.status();
  return EvaluationOf(*bytes);
}

void AddResult(const v1::Evaluation& evaluation, ordered_json& json) {
  const Metrics metrics = MetricsOf(evaluation);
  for (size_t i = 0; i < metrics.contestants.size(); ++i) {
    const ContestantMetrics& own = metrics.contestants[i];
    const v1::Contestant& contestant = evaluation.contestants(static_cast<int>(i));
    json["contestants"].push_back({{"key", contestant.key()},
                                   {"title", contestant.title()},
                                   {"learned", contestant.rule().empty()},
                                   {"place", own.place},
                                   {"mean_rank", FiniteJson(own.mean_rank)},
                                   {"cases", own.cases},
                                   {"best_on", own.best_on},
                                   {"runs", own.runs}});
  }
  for (const v1::EvaluationCase& own : evaluation.cases()) {
    json["cases"].push_back({{"key", own.key()}, {"title", own.title()}, {"steps", own.steps()}});
  }
}

}  // namespace

HttpReply EvaluationsPage(const Visit& visit) {
  const auto evaluations = visit.site().overview.GetEvaluations();
  if (!evaluations.ok()) return ErrorReply(evaluations.status());
  ordered_json rows = ordered_json::array();
  for (const v1::EvaluationSummary& evaluation : (*evaluations)->evaluations()) {
    rows.push_back(EvaluationJson(evaluation));
  }
  return JsonReply({{"evaluations", rows}});
}

HttpReply EvaluationPage(const Visit& visit) {
  const auto detail = visit.site().backend.evaluations.Show(visit.name);
  if (!detail.ok()) return ErrorReply(detail.status());
  ordered_json json = EvaluationJson(detail->summary());
  json["suite"] = detail->suite().name();
  json["fingerprint"] = detail->fingerprint();
  json["events"] = ordered_json(detail->events());
  json["contestants"] = ordered_json::array();
  json["cases"] = ordered_json::array();
  if (detail->summary().state() == v1::EVALUATION_STATE_SUCCEEDED) {
    const auto result = ResultOf(visit);
    if (result.ok()) AddResult(*result, json);
  }
  return JsonReply(json);
}

HttpReply ReportPage(const Visit& visit) {
  const auto result = ResultOf(visit);
  if (absl::IsFailedPrecondition(result.status())) {
    return ErrorReply(absl::NotFoundError(result.status().message()));
  }
  if (!result.ok()) return ErrorReply(result.status());
  return {.content_type = "text/html; charset=utf-8",
          .body = ReportHtml(*result, MetricsOf(*result)),
          .headers = {{"Content-Security-Policy", kReportPolicy}}};
}

}  // namespace paceline
