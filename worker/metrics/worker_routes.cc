#include "worker/metrics/worker_routes.h"

#include "common/http/health_reply.h"
#include "worker/metrics/worker_health.h"

namespace paceline {
namespace {

WorkerVitals VitalsOf(const WorkerSources& sources) {
  WorkerVitals vitals{.link = sources.link()};
  if (sources.memory) vitals.device_trouble = std::string(sources.memory().status().message());
  return vitals;
}

void TellDevice(const WorkerSources& sources, Families& families) {
  families.Gauge("paceline_worker_device_info", "1; its label is what the worker computes on.", 1,
                 {{"device", sources.device}});
  const auto memory =
      sources.memory ? sources.memory() : absl::UnimplementedError("it is a processor");
  if (!memory.ok()) return;
  families.Gauge("paceline_worker_device_memory_free_bytes", "Free memory of the GPU.",
                 static_cast<double>(memory->free_bytes));
  families.Gauge("paceline_worker_device_memory_size_bytes", "All memory of the GPU.",
                 static_cast<double>(memory->total_bytes));
}

void TellHealth(const WorkerVitals& vitals, Families& families) {
  families.Gauge("paceline_worker_healthy", "1 if the worker is in order, as GET /healthz tells.",
                 WhyUnhealthy(vitals).empty() ? 1 : 0);
  families.Gauge("paceline_worker_ready",
                 "1 if it has joined a coordinator that is heard, as GET /readyz tells.",
                 WhyNotReady(vitals).empty() ? 1 : 0);
}

}  // namespace

void AddWorkerRoutes(const BuildLabels& build, const WorkerSources& sources, HttpRoutes& routes) {
  routes["/healthz"] = [sources](const HttpRequest&) {
    return HealthReply("ok", WhyUnhealthy(VitalsOf(sources)));
  };
  routes["/readyz"] = [sources](const HttpRequest&) {
    return HealthReply("ready", WhyNotReady(VitalsOf(sources)));
  };
  const auto tell = [sources](Families& families) {
    TellHealth(VitalsOf(sources), families);
    AddLinkFamilies(sources.link(), families);
    AddAgentFamilies(sources.agent(), families);
    TellDevice(sources, families);
  };
  AddMetricsRoute(build, tell, routes);
}

}  // namespace paceline
