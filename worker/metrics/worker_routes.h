// GET /metrics, /healthz and /readyz of a worker.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/http/http_server.h"
#include "common/metrics/metrics_route.h"
#include "worker/agent/agent_numbers.h"

namespace paceline {

struct DeviceMemory {
  uint64_t free_bytes = 0, total_bytes = 0;
};

// Asked on the HTTP server's thread; what they use outlives it.
struct WorkerSources {
  std::function<AgentNumbers()> agent;
  std::function<LinkNumbers()> link;
  std::string device;                                         // as in its Hello
  std::function<absl::StatusOr<DeviceMemory>()> memory = {};  // of a GPU; empty: the processor
};

void AddWorkerRoutes(const BuildLabels& build, const WorkerSources& sources, HttpRoutes& routes);

// Under their names for Prometheus (docs/metrics.md).
void AddAgentFamilies(const AgentNumbers& numbers, Families& families);
void AddLinkFamilies(const LinkNumbers& numbers, Families& families);

}  // namespace paceline
