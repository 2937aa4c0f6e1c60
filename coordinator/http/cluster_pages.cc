#include <algorithm>
#include <filesystem>

#include "common/text/job_state.h"
#include "coordinator/http/http_json.h"
#include "coordinator/http/pages.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

ordered_json StatesJson(const v1::ListReply& jobs) {
  ordered_json states = {{"queued", 0},    {"running", 0}, {"paused", 0},
                         {"succeeded", 0}, {"failed", 0},  {"cancelled", 0}};
  for (const v1::JobSummary& job : jobs.jobs()) {
    ordered_json& count = states[StateWord(job.state())];
    count = count.is_number() ? count.get<int64_t>() + 1 : 1;
  }
  return states;
}

ordered_json ReasonsJson(const HealthBoard* health) {
  ordered_json reasons = ordered_json::array();
  if (health == nullptr) return reasons;
  const std::string sick = health->WhyUnhealthy(), unready = health->WhyNotReady();
  if (!sick.empty()) reasons.push_back(sick);
  if (!unready.empty() && unready != sick) reasons.push_back(unready);
  return reasons;
}

ordered_json FreeBytesJson(const std::string& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  return error ? ordered_json() : ordered_json(space.available);
}

}  // namespace

// While the coordinator starts and stops, too.
HttpReply MetricsPage(const Visit& visit) {
  if (!visit.options.metrics) return ErrorReply(absl::NotFoundError("no metrics are kept here"));
  if (!visit.options.open_to_read) {
    const absl::Status may =
        Through(visit, "JobService/List", "", "", [] { return absl::OkStatus(); });
    if (!may.ok()) return ErrorReply(may);
  }
  return visit.options.metrics(visit.request);
}

HttpReply ClusterPage(const Visit& visit) {
  const auto jobs = visit.site().overview.GetJobs();
  if (!jobs.ok()) return ErrorReply(jobs.status());
  const auto workers = visit.site().overview.GetWorkers();
  if (!workers.ok()) return ErrorReply(workers.status());
  const ordered_json reasons = ReasonsJson(visit.options.health);
  ordered_json json = {{"version", visit.options.version},
                       {"started_ms", visit.started_ms},
                       {"now_ms", Clock::Real().UnixMillis()},
                       {"jobs", StatesJson(**jobs)}};
  json.update(WorkersJson(**workers));
  json["healthy"] = reasons.empty();
  json["reasons"] = reasons;
  json["disk_free_bytes"] = FreeBytesJson(visit.site().backend.data_folder);
  return JsonReply(json);
}

HttpReply WorkersPage(const Visit& visit) {
  const auto offset = NumberOf(visit.request, "offset", 0, 0, int64_t{1} << 40);
  const auto limit = NumberOf(visit.request, "limit", 1000, 1, 10'000);
  if (!offset.ok()) return ErrorReply(offset.status());
  if (!limit.ok()) return ErrorReply(limit.status());
  const auto workers = visit.site().overview.GetWorkers();
  if (!workers.ok()) return ErrorReply(workers.status());
  const int64_t total = (*workers)->workers_size();
  ordered_json rows = ordered_json::array();
  for (int64_t i = *offset; i < std::min(total, *offset + *limit); ++i) {
    rows.push_back(WorkerRowJson((*workers)->workers(static_cast<int>(i))));
  }
  return JsonReply({{"total", total}, {"workers", rows}});
}

HttpReply EventsPage(const Visit& visit) {
  if (visit.request.method != "GET") {
    HttpReply reply = ErrorReply(absl::UnimplementedError("events can only be asked for by GET"));
    reply.status = 405;
    return reply;
  }
  auto stream = visit.site().news.Listen(visit.request.host, visit.caller);
  if (!stream.ok()) return ErrorReply(stream.status());
  return {.content_type = "text/event-stream", .stream = *std::move(stream)};
}

}  // namespace paceline
