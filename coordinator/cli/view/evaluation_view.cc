#include "coordinator/cli/view/evaluation_view.h"

#include "common/text/evaluation_state.h"
#include "common/text/printable.h"
#include "coordinator/cli/view/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {

using nlohmann::ordered_json;

std::string ProgressText(const v1::EvaluationSummary& summary) {
  std::string text =
      fmt::format("{} is {}: {} of {} units", summary.evaluation(), StateWord(summary.state()),
                  summary.units_done(), summary.units_known());
  if (summary.work_known() > 0) {
    text +=
        fmt::format(" ({:.0f} % of the work)", 100 * summary.work_done() / summary.work_known());
  }
  if (summary.units_per_second() > 0) {
    text += fmt::format(", {:.2g} a second", summary.units_per_second());
  }
  if (summary.has_seconds_left()) {
    text += fmt::format(", {} left", DurationText(summary.seconds_left()));
  }
  if (!summary.message().empty()) text += "; " + Printable(summary.message());
  return text;
}

ordered_json SummaryJson(const v1::EvaluationSummary& summary) {
  return {{"evaluation", summary.evaluation()},
          {"state", StateWord(summary.state())},
          {"units_done", summary.units_done()},
          {"units_known", summary.units_known()},
          {"work_done", summary.work_done()},
          {"work_known", summary.work_known()},
          {"units_under_way", summary.units_under_way()},
          {"units_per_second", summary.units_per_second()},
          {"seconds_left",
           summary.has_seconds_left() ? ordered_json(summary.seconds_left()) : ordered_json()},
          {"message", summary.message()},
          {"submitted_unix_ms", summary.submitted_unix_ms()},
          {"started_unix_ms", summary.started_unix_ms()},
          {"ended_unix_ms", summary.ended_unix_ms()}};
}

ordered_json DetailJson(const v1::EvaluationDetail& detail) {
  ordered_json json = SummaryJson(detail.summary());
  json["fingerprint"] = detail.fingerprint();
  json["suite"] = detail.suite().name();
  json["learned"] = ordered_json::array();
  for (const v1::Contestant& learned : detail.learned()) {
    json["learned"].push_back({{"title", learned.title()}, {"digest", learned.theta_digest()}});
  }
  json["events"] = ordered_json(detail.events());
  return json;
}

std::string DetailText(const v1::EvaluationDetail& detail) {
  const v1::EvaluationSummary& summary = detail.summary();
  std::string text = ProgressText(summary) + "\n";
  for (const v1::Contestant& learned : detail.learned()) {
    text += fmt::format("optimizer    {}, digest {}\n", Printable(learned.title()),
                        learned.theta_digest());
  }
  text += fmt::format("fingerprint  {}\n", Printable(detail.fingerprint()));
  text += fmt::format("submitted    {}\n", TimeText(summary.submitted_unix_ms()));
  text += fmt::format("started      {}\n", TimeText(summary.started_unix_ms()));
  text += fmt::format("ended        {}\n", TimeText(summary.ended_unix_ms()));
  for (const std::string& event : detail.events()) {
    text += fmt::format("event        {}\n", Printable(event));
  }
  return text;
}

}  // namespace paceline
