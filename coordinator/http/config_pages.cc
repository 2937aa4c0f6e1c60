#include "common/config/config.h"
#include "coordinator/http/http_json.h"
#include "coordinator/http/line_diff.h"
#include "coordinator/http/pages.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

// Text from elsewhere names no files: the coordinator would read them.
ParsedConfig Parse(const HttpRequest& request) { return ParseConfig(request.body, "config"); }

ordered_json FaultsJson(const std::vector<Fault>& faults) {
  ordered_json json = ordered_json::array();
  for (const Fault& fault : faults) {
    json.push_back({{"line", fault.line}, {"column", fault.column}, {"message", fault.message}});
  }
  return json;
}

HttpReply FaultsReply(const std::vector<Fault>& faults) {
  const std::string message = faults.size() == 1
                                  ? "the config has a fault"
                                  : "the config has " + std::to_string(faults.size()) + " faults";
  return JsonReply({{"error", {{"code", "INVALID_ARGUMENT"}, {"message", message}}},
                    {"faults", FaultsJson(faults)}},
                   400);
}

}  // namespace

HttpReply ConfigPage(const Visit& visit) {
  const auto detail = visit.site().backend.jobs.Show(visit.name);
  if (!detail.ok()) return ErrorReply(detail.status());
  return JsonReply({{"yaml", detail->source_yaml()}});
}

HttpReply DiffPage(const Visit& visit) {
  const std::string& other = visit.request.parameter("with");
  if (other.empty()) return ErrorReply(absl::InvalidArgumentError("?with= names the other job"));
  const auto one = visit.site().backend.jobs.Show(other);
  const auto two = visit.site().backend.jobs.Show(visit.name);
  if (!one.ok()) return ErrorReply(one.status());
  if (!two.ok()) return ErrorReply(two.status());
  ordered_json lines = ordered_json::array();
  for (const DiffLine& line : DiffOf(PrintConfig(one->config()), PrintConfig(two->config()))) {
    lines.push_back({{"kind", std::string(1, line.kind)}, {"text", line.text}});
  }
  return JsonReply({{"lines", lines}});
}

HttpReply CheckPage(const Visit& visit) {
  const ParsedConfig parsed = Parse(visit.request);
  const absl::Status may =
      Through(visit, "JobService/List", "", "", [] { return absl::OkStatus(); });
  if (!may.ok()) return ErrorReply(may);
  return JsonReply({{"faults", FaultsJson(parsed.faults)}, {"name", parsed.config.name()}});
}

HttpReply SubmitPage(const Visit& visit) {
  if (!visit.caller) return ErrorReply(Through(visit, "JobService/Submit", "", "", {}));
  absl::Status may = visit.options.gate->CheckRole(*visit.caller, "JobService/Submit");
  if (!may.ok()) return ErrorReply(may);
  const auto priority = NumberOf(visit.request, "priority", 0, -1000, 1000);
  if (!priority.ok()) return ErrorReply(priority.status());
  ParsedConfig parsed = Parse(visit.request);
  if (!parsed.faults.empty()) return FaultsReply(parsed.faults);
  v1::SubmitRequest request;
  *request.mutable_config() = std::move(parsed.config);
  request.set_source_yaml(visit.request.body);
  request.set_request_id(visit.request.parameter("request_id"));
  request.set_priority(static_cast<int32_t>(*priority));
  v1::SubmitReply reply;
  const absl::Status done = Through(visit, "JobService/Submit", request.config().name(), "", [&] {
    auto submitted = visit.site().backend.jobs.Submit(request, visit.caller->name);
    if (submitted.ok()) reply = *std::move(submitted);
    return submitted.status();
  });
  visit.site().overview.Forget();
  return done.ok() ? JsonReply({{"job", reply.job()}}) : ErrorReply(done);
}

}  // namespace paceline
