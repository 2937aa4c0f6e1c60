#include "coordinator/http/http_json.h"
#include "coordinator/http/pages.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

// Does something to the visit's job, if its caller may.
HttpReply Act(const Visit& visit, std::string_view method,
              const std::function<absl::StatusOr<v1::JobSummary>(JobApi&)>& act) {
  JobApi& jobs = visit.site().backend.jobs;
  if (!visit.caller) return ErrorReply(Through(visit, method, visit.name, "", {}));
  const auto owner = jobs.OwnerOf(visit.name);
  if (!owner.ok()) return ErrorReply(owner.status());
  v1::JobSummary summary;
  const absl::Status done = Through(visit, method, visit.name, *owner, [&] {
    auto after = act(jobs);
    if (after.ok()) summary = *std::move(after);
    return after.status();
  });
  visit.site().overview.Forget();
  return done.ok() ? JsonReply(JobJson(summary)) : ErrorReply(done);
}

absl::StatusOr<int32_t> PriorityOf(const std::string& body) {
  const auto json = ordered_json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("priority") && json["priority"].is_number_integer()) {
    const auto priority = json["priority"].get<int64_t>();
    if (priority == static_cast<int32_t>(priority)) return static_cast<int32_t>(priority);
  }
  return absl::InvalidArgumentError("the body is to be {\"priority\": N}, N a whole number");
}

}  // namespace

HttpReply PausePage(const Visit& visit) {
  return Act(visit, "JobService/Pause", [&](JobApi& jobs) { return jobs.Pause(visit.name); });
}

HttpReply ResumePage(const Visit& visit) {
  return Act(visit, "JobService/Resume", [&](JobApi& jobs) { return jobs.Resume(visit.name); });
}

HttpReply CancelPage(const Visit& visit) {
  return Act(visit, "JobService/Cancel", [&](JobApi& jobs) { return jobs.Cancel(visit.name); });
}

HttpReply DeletePage(const Visit& visit) {
  return Act(visit, "JobService/Delete", [&](JobApi& jobs) -> absl::StatusOr<v1::JobSummary> {
    const auto last = jobs.Show(visit.name);
    if (absl::Status deleted = jobs.Delete(visit.name); !deleted.ok()) return deleted;
    if (!last.ok()) return last.status();
    return last->summary();
  });
}

HttpReply PriorityPage(const Visit& visit) {
  const auto priority = PriorityOf(visit.request.body);
  if (visit.caller && !priority.ok()) return ErrorReply(priority.status());
  return Act(visit, "JobService/SetPriority",
             [&](JobApi& jobs) { return jobs.SetPriority(visit.name, *priority); });
}

}  // namespace paceline
