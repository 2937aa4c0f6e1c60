#include "coordinator/http/routes.h"

#include "common/config/config.h"

namespace paceline {
namespace {

constexpr size_t kJsonBytes = 4096;
constexpr std::string_view kName = "NAME";

constexpr Route Bare(std::string_view method, std::string_view path, Page page) {
  return {.method = method,
          .path = path,
          .page = page,
          .bare = true,
          .most_body_bytes = method == "POST" ? kJsonBytes : 0};
}
constexpr Route Reads(std::string_view path, std::string_view right, Page page) {
  return {.method = "GET", .path = path, .page = page, .right = right};
}
constexpr Route Acts(std::string_view path, Page page, size_t most_body_bytes = kJsonBytes) {
  return {.method = "POST", .path = path, .page = page, .most_body_bytes = most_body_bytes};
}

constexpr Route kRoutes[] = {
    Bare("GET", "/api/v1/session", &SessionPage),
    Bare("POST", "/api/v1/login", &LoginPage),
    Bare("POST", "/api/v1/logout", &LogoutPage),
    Reads("/api/v1/cluster", "JobService/List", &ClusterPage),
    Reads("/api/v1/events", "JobService/Watch", &EventsPage),
    Reads("/api/v1/workers", "JobService/ListWorkers", &WorkersPage),
    Reads("/api/v1/jobs", "JobService/List", &JobsPage),
    Acts("/api/v1/jobs", &SubmitPage, kMaxConfigBytes),
    Acts("/api/v1/check", &CheckPage, kMaxConfigBytes),
    Reads("/api/v1/jobs/NAME", "JobService/Show", &JobPage),
    Reads("/api/v1/jobs/NAME/series", "JobService/Logs", &SeriesPage),
    Reads("/api/v1/jobs/NAME/staleness", "JobService/Logs", &StalenessPage),
    Reads("/api/v1/jobs/NAME/held_out", "JobService/Logs", &HeldOutPage),
    Reads("/api/v1/jobs/NAME/events", "JobService/Logs", &JobEventsPage),
    Reads("/api/v1/jobs/NAME/config", "JobService/Show", &ConfigPage),
    Reads("/api/v1/jobs/NAME/diff", "JobService/Show", &DiffPage),
    Acts("/api/v1/jobs/NAME/pause", &PausePage),
    Acts("/api/v1/jobs/NAME/resume", &ResumePage),
    Acts("/api/v1/jobs/NAME/cancel", &CancelPage),
    Acts("/api/v1/jobs/NAME/delete", &DeletePage),
    Acts("/api/v1/jobs/NAME/priority", &PriorityPage),
    Reads("/api/v1/evaluations", "EvaluationService/List", &EvaluationsPage),
    Reads("/api/v1/evaluations/NAME", "EvaluationService/Show", &EvaluationPage),
    Reads("/api/v1/evaluations/NAME/report", "EvaluationService/GetResult", &ReportPage),
    Bare("GET", "/metrics", &MetricsPage),
};

// Fills `name` with what stands for NAME.
bool Fits(std::string_view pattern, const std::vector<std::string>& segments, std::string& name) {
  pattern.remove_prefix(1);
  for (size_t i = 0; i < segments.size(); ++i) {
    const size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view part = pattern.substr(0, end);
    if (part.empty() || (part != kName && part != segments[i])) return false;
    if (part == kName && segments[i].empty()) return false;
    if (part == kName) name = segments[i];
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return pattern.empty();
}

}  // namespace

std::span<const Route> Routes() { return kRoutes; }

FoundRoute FindRoute(const HttpRequest& request) {
  FoundRoute found;
  const std::string_view asked = request.method;
  const std::string_view method = asked == "HEAD" ? "GET" : asked;
  for (const Route& route : kRoutes) {
    std::string name;
    if (!Fits(route.path, request.segments, name)) continue;
    if (route.method == method) return {.route = &route, .name = std::move(name)};
    found.allowed = route.method;
  }
  return found;
}

}  // namespace paceline
