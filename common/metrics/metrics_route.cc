#include "common/metrics/metrics_route.h"

#include <utility>

#include "common/base/process_use.h"
#include "common/base/protocol.h"

namespace paceline {
namespace {

void TellProcess(Families& families) {
  const ProcessUse use = ReadProcessUse();
  families.Counter("process_cpu_seconds_total", "Processor time of all threads.", use.cpu_seconds);
  families.Gauge("process_resident_memory_bytes", "Memory that the process has resident.",
                 static_cast<double>(use.resident_bytes));
  families.Gauge("process_threads", "Threads of the process.", use.threads);
  families.Gauge("process_open_fds", "Open file descriptors.", use.open_files);
  families.Gauge("process_max_fds", "File descriptors that the process may have open.",
                 static_cast<double>(use.most_files));
  families.Gauge("process_start_time_seconds", "When the process started, in Unix time.",
                 use.started);
}

}  // namespace

std::function<HttpReply(const HttpRequest&)> MetricsAnswer(const BuildLabels& build,
                                                           std::function<void(Families&)> tell) {
  return [build, tell = std::move(tell)](const HttpRequest&) {
    Families families;
    families.Gauge("paceline_build_info", "1; its labels are what runs here.", 1,
                   {{"program", build.program},
                    {"version", build.version},
                    {"commit", build.commit},
                    {"protocol", std::to_string(kProtocolVersion)}});
    TellProcess(families);
    tell(families);
    return HttpReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                     .body = families.ToText()};
  };
}

void AddMetricsRoute(const BuildLabels& build, std::function<void(Families&)> tell,
                     HttpRoutes& routes) {
  routes["/metrics"] = MetricsAnswer(build, std::move(tell));
}

}  // namespace paceline
